package dev.embark.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The files of the project, without what a build or an editor lays beside them.
///
/// @param root the folder that holds the modules
/// @param files all files, relative to the root, in order of their names
record Repository(Path root, List<Path> files) {
  private static final Set<String> NOT_OURS =
      Set.of(".git", ".idea", ".settings", ".vscode", "__pycache__", "node_modules");

  Repository {
    files = List.copyOf(files);
  }

  /// Returns the project that these tests belong to.
  static Repository ours() {
    var folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("embark"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("The tests run outside the project.");
    }
    return at(folder);
  }

  /// Returns the project in a folder.
  static Repository at(Path root) {
    var files = new ArrayList<Path>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return isNotOurs(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              files.add(root.relativize(file));
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Repository(root, files.stream().sorted().toList());
  }

  /// Returns whether a folder holds nothing that anybody wrote. `target` is what Maven builds only
  /// beside a `pom.xml`: a package of ours has that name too.
  private static boolean isNotOurs(Path folder) {
    var name = String.valueOf(folder.getFileName());
    return NOT_OURS.contains(name)
        || (name.equals("target") && Files.exists(folder.resolveSibling("pom.xml")));
  }

  /// Returns the files whose names end so.
  List<Path> named(String suffix) {
    return files.stream().filter(file -> file.toString().endsWith(suffix)).toList();
  }

  /// Returns the Java files of the program itself.
  List<Path> mainSources() {
    return named(".java").stream()
        .filter(file -> slashed(file).contains("src/main/java/"))
        .toList();
  }

  /// Returns the Java files of the tests.
  List<Path> testSources() {
    return named(".java").stream()
        .filter(file -> slashed(file).contains("src/test/java/"))
        .toList();
  }

  /// Returns whether a file or folder of the project has this path, seen from the root.
  boolean has(Path path) {
    return Files.exists(root.resolve(path)) && root.resolve(path).normalize().startsWith(root);
  }

  /// Returns the text of a file.
  String text(Path file) {
    return textIfAny(file)
        .orElseThrow(() -> new IllegalStateException(file + " is no UTF-8 text."));
  }

  /// Returns the text of a file, or nothing where it holds no text.
  Optional<String> textIfAny(Path file) {
    try {
      return Optional.of(Files.readString(root.resolve(file)));
    } catch (MalformedInputException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns the lines of a file.
  List<String> lines(Path file) {
    return text(file).lines().toList();
  }

  /// Returns a path with `/` between its names on every system.
  static String slashed(Path path) {
    return path.toString().replace('\\', '/');
  }
}
