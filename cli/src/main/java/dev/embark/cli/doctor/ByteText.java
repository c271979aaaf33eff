package dev.embark.cli.doctor;

import java.util.Locale;

/// Numbers of bytes for people.
final class ByteText {
  private ByteText() {}

  /// Returns for example `1.5 GB` or `12 MB`, in powers of 1000.
  static String of(long bytes) {
    return bytes >= 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9)
        : String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
  }
}
