package dev.embark.testing;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A text that a test expects, kept under `src/test/resources/snapshot` of its module and reviewed
/// like code. `mvn verify -Dsnapshots=update` writes what the tests found in place of it.
public final class Snapshot {
  private static final boolean UPDATE = "update".equals(System.getProperty("snapshots"));

  private Snapshot() {}

  /// Returns the text kept under `name`; where snapshots are updated, that is `actual`.
  public static String expected(String name, String actual) {
    var file = folder().resolve(name);
    try {
      if (UPDATE) {
        Files.createDirectories(requireNonNull(file.getParent()));
        Files.writeString(file, actual);
      }
      if (!Files.exists(file)) {
        throw new AssertionError("no snapshot " + file + "; -Dsnapshots=update writes it");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder() {
    var module = System.getProperty("basedir");
    if (module == null) {
      throw new IllegalStateException("run tests through Maven: basedir is not set");
    }
    return Path.of(module, "src", "test", "resources", "snapshot");
  }
}
