package dev.embark.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;

/// A folder with all that lies in it.
public final class FolderTree {
  private FolderTree() {}

  /// Deletes it, if it is there.
  public static void delete(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var all = Files.walk(tree)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// Deletes a temporary folder; what cannot be deleted stays where the system clears up.
  public static void deleteQuietly(Path tree) {
    try {
      delete(tree);
    } catch (IOException _) {
      // Nothing reads it.
    }
  }
}
