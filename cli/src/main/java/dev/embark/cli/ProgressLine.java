package dev.embark.cli;

import dev.embark.progress.Progress.Unit;
import java.util.Locale;

/// How far a piece of work is, in one line of plain ASCII that fits 80 columns.
final class ProgressLine {
  private static final int BAR_COLUMNS = 20;
  private static final int WHAT_COLUMNS_MAX = 26;

  private ProgressLine() {}

  /// Returns for example `model.safetensors [=====> ] 42 % 38.1 of 90.9 MB`; without bar and
  /// percentage where `total` is 0, that is, not known.
  static String of(String what, long done, long total, Unit unit) {
    var label =
        what.length() <= WHAT_COLUMNS_MAX ? what : what.substring(0, WHAT_COLUMNS_MAX - 3) + "...";
    if (total <= 0) {
      return label + "  " + amount(done, unit);
    }
    double share = Math.clamp((double) done / total, 0, 1);
    return String.format(
        Locale.ROOT,
        "%s  %s %3d %%  %s",
        label,
        bar(share),
        (int) (share * 100),
        amounts(done, total, unit));
  }

  private static String bar(double share) {
    int filled = (int) (share * BAR_COLUMNS);
    var head = filled < BAR_COLUMNS ? ">" : "";
    return "[" + "=".repeat(filled) + head + " ".repeat(BAR_COLUMNS - filled - head.length()) + "]";
  }

  private static String amounts(long done, long total, Unit unit) {
    return switch (unit) {
      case BYTES -> megabytes(done) + " of " + amount(total, unit);
      case TEXTS, STEPS -> done + " of " + amount(total, unit);
    };
  }

  private static String amount(long count, Unit unit) {
    return switch (unit) {
      case BYTES -> megabytes(count) + " MB";
      case TEXTS -> count + " texts";
      case STEPS -> count + " steps";
    };
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
  }
}
