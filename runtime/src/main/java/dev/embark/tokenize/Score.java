package dev.embark.tokenize;

/// Reads decimal numbers as the reference library's JSON does: all digits as one integer, which is
/// then multiplied by or divided by a power of ten. Of more than 15 digits the result may be the
/// neighbour of the nearest `double`; sums of such scores decide between pieces.
final class Score {
  private static final int POWER_MAX = 308;
  private static final double[] POWERS_OF_TEN = new double[POWER_MAX + 1];

  static {
    for (int i = 0; i <= POWER_MAX; i++) {
      POWERS_OF_TEN[i] = Double.parseDouble("1e" + i);
    }
  }

  private Score() {}

  /// Returns the number that is written in `text[from, to)`, a well-formed number of JSON. One that
  /// is too large is infinite.
  static double of(byte[] text, int from, int to) {
    boolean isNegative = text[from] == '-';
    long significand = 0;
    int exponent = 0;
    boolean isFraction = false;
    int at = isNegative ? from + 1 : from;
    for (; at < to && text[at] != 'e' && text[at] != 'E'; at++) {
      if (text[at] == '.') {
        isFraction = true;
      } else if (significand > (Long.MAX_VALUE - 9) / 10) {
        exponent += isFraction ? 0 : 1;
      } else {
        significand = significand * 10 + text[at] - '0';
        exponent -= isFraction ? 1 : 0;
      }
    }
    if (at < to) {
      exponent += exponent(text, at + 1, to);
    }
    double value = scaled(significand, exponent);
    return isNegative ? -value : value;
  }

  private static double scaled(long significand, int exponent) {
    double value = significand;
    int left = exponent;
    while (left < -POWER_MAX && value != 0) {
      value /= POWERS_OF_TEN[POWER_MAX];
      left += POWER_MAX;
    }
    if (value == 0) {
      return 0;
    }
    if (left > POWER_MAX) {
      return Double.POSITIVE_INFINITY;
    }
    return left < 0 ? value / POWERS_OF_TEN[-left] : value * POWERS_OF_TEN[left];
  }

  private static int exponent(byte[] text, int from, int to) {
    boolean isNegative = text[from] == '-';
    int value = 0;
    for (int i = isNegative || text[from] == '+' ? from + 1 : from; i < to; i++) {
      value = Math.min(value * 10 + text[i] - '0', 100_000);
    }
    return isNegative ? -value : value;
  }
}
