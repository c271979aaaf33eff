package dev.embark.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The version of this Embark, as the build states it.
public final class ProgramVersion {
  private ProgramVersion() {}

  /// Returns the version, such as `1.2.0`.
  public static String number() {
    try (var file =
        Objects.requireNonNull(ProgramVersion.class.getResourceAsStream("version.txt"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
