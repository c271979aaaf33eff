package dev.embark.cli.doctor;

import java.util.Locale;

/// Numbers of bytes for people.
public final class ByteText {
  private ByteText() {}

  /// Returns for example `1.5 GB`, `12 MB`, `4 kB` or `17 B`, in powers of 1000.
  public static String of(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    if (bytes < 999_500) {
      return String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
    }
    if (bytes < 999_500_000) {
      return String.format(Locale.ROOT, bytes < 9_950_000 ? "%.1f MB" : "%.0f MB", bytes / 1e6);
    }
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
