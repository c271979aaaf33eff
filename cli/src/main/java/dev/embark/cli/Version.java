package dev.embark.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The version of this build, as Maven wrote it into `version.txt`.
final class Version {
  private Version() {}

  /// Returns one line: this version and the JDK it runs on.
  static String line() {
    return "embark " + number() + " on JDK " + Runtime.version();
  }

  private static String number() {
    try (var file = Objects.requireNonNull(Version.class.getResourceAsStream("version.txt"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
