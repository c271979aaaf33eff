package dev.embark.tokenize;

/// Reads decimal numbers as the reference library's JSON reader does, which is not always the
/// nearest `double`: it takes the digits as one integer and multiplies or divides that by a power
/// of ten. The last bit matters where two ways to cut a text have all but the same score.
///
/// The rule (of `serde_json` without `float_roundtrip`): digits beyond what fits 64 bits without a
/// sign are dropped; integer and power are each rounded, and so is their product or quotient.
final class JsonReal {
  private static final int EXPONENT_MAX = 308;
  private static final long DIGITS_MAX = Long.divideUnsigned(-1, 10);
  private static final int LAST_DIGIT_MAX = (int) Long.remainderUnsigned(-1, 10);
  private static final double[] POWERS = powers();

  private final byte[] bytes;
  private final int to;
  private int at;
  private long digits;
  private int exponent;

  private JsonReal(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.to = to;
    at = from;
  }

  /// Returns the value of `bytes[from, to)`, which must be a number by JSON's grammar; an infinity
  /// where the library refuses it as out of range.
  static double parse(byte[] bytes, int from, int to) {
    return new JsonReal(bytes, from, to).parse();
  }

  private static double[] powers() {
    var powers = new double[EXPONENT_MAX + 1];
    for (int i = 0; i <= EXPONENT_MAX; i++) {
      powers[i] = Double.parseDouble("1e" + i);
    }
    return powers;
  }

  private double parse() {
    boolean isNegative = bytes[at] == '-';
    if (isNegative) {
      at++;
    }
    exponent = takeDigits(Place.BEFORE_POINT);
    if (at < to && bytes[at] == '.') {
      at++;
      exponent += takeDigits(Place.BEHIND_POINT);
    }
    double value = scaled();
    return isNegative ? -value : value;
  }

  private enum Place {
    BEFORE_POINT,
    BEHIND_POINT
  }

  /// Appends digits while they fit; returns by how much that changes the exponent.
  private int takeDigits(Place place) {
    int change = 0;
    boolean fits = true;
    for (; at < to && isDigit(bytes[at]); at++) {
      int digit = bytes[at] - '0';
      fits = fits && fits(digit);
      if (fits) {
        digits = digits * 10 + digit;
      }
      switch (place) {
        case BEFORE_POINT -> change += fits ? 0 : 1;
        case BEHIND_POINT -> change -= fits ? 1 : 0;
      }
    }
    return change;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private boolean fits(int digit) {
    int comparison = Long.compareUnsigned(digits, DIGITS_MAX);
    return comparison < 0 || (comparison == 0 && digit <= LAST_DIGIT_MAX);
  }

  private double scaled() {
    long power = exponent;
    if (at < to) {
      boolean isNegative = bytes[at + 1] == '-';
      at += isNegative || bytes[at + 1] == '+' ? 2 : 1;
      long written = 0;
      for (; at < to; at++) {
        written = Math.min(written * 10 + bytes[at] - '0', Integer.MAX_VALUE);
      }
      power += isNegative ? -written : written;
    }
    double value = unsigned(digits);
    while (power < -EXPONENT_MAX && value != 0) {
      value /= POWERS[EXPONENT_MAX];
      power += EXPONENT_MAX;
    }
    if (value == 0) {
      return 0;
    }
    if (power > EXPONENT_MAX) {
      return Double.POSITIVE_INFINITY;
    }
    return power < 0 ? value / POWERS[(int) -power] : value * POWERS[(int) power];
  }

  /// Returns the nearest `double` to a number without a sign.
  private static double unsigned(long value) {
    // The lowest bit stands for itself and the one that is shifted out: rounding sees both.
    return value >= 0 ? value : 2.0 * ((value >>> 1) | (value & 1));
  }
}
