package dev.embark.tensor;

import dev.embark.tensor.Encoding.Integers;

/// Scale and zero of one block of values, and the codes they give.
///
/// The scale that covers all values is not the best one where few bits are left: the outermost
/// value may be cut so that all others are met more closely.
final class BlockFit {
  /// What share of the range of the values is covered; of equal errors the first wins.
  private static final float[] SHARES_OF_FOUR_BITS = {
    1, 0.96f, 0.92f, 0.88f, 0.84f, 0.8f, 0.76f, 0.72f, 0.68f, 0.64f, 0.6f
  };

  private static final float[] SHARES_OF_EIGHT_BITS = {1};

  private final Integers encoding;
  private final float[] values;
  private final int from;
  private final int length;
  private float scale = 1;
  private int zero;

  /// Prepares a block: `length` of the values from `from` on.
  BlockFit(Integers encoding, float[] values, int from, int length) {
    this.encoding = encoding;
    this.values = values;
    this.from = from;
    this.length = length;
  }

  float scale() {
    return scale;
  }

  int zero() {
    return zero;
  }

  /// Returns the code of a value, in the range of the encoding.
  int code(float value) {
    return code(value, scale, zero);
  }

  private int code(float value, float scale, int zero) {
    int nearest = (int) Math.rint(value / scale) + zero;
    return Math.clamp(nearest, lowest(), highest());
  }

  private int lowest() {
    return switch (encoding.zero()) {
      // Without −128, so that a code and its negative are both there.
      case FIXED -> encoding.bits() == 8 ? -127 : -8;
      case FITTED -> 0;
    };
  }

  private int highest() {
    return switch (encoding.zero()) {
      case FIXED -> (1 << (encoding.bits() - 1)) - 1;
      case FITTED -> (1 << encoding.bits()) - 1;
    };
  }

  /// Finds scale and zero.
  ///
  /// @param importance of each column; that of the first value stands at `column`
  void search(float[] importance, int column) {
    float low = 0;
    float high = 0;
    int together =
        switch (encoding.range()) {
          case SINGLE -> 1;
          case PAIR -> 2;
        };
    for (int i = 0; i < length; i += together) {
      float negative = 0;
      float positive = 0;
      for (int j = i; j < Math.min(i + together, length); j++) {
        negative += Math.min(values[from + j], 0);
        positive += Math.max(values[from + j], 0);
      }
      low = Math.min(low, negative);
      high = Math.max(high, positive);
    }
    if (high - low == 0) {
      return; // All values are 0, which any scale gives.
    }
    double least = Double.POSITIVE_INFINITY;
    for (float share : encoding.bits() == 8 ? SHARES_OF_EIGHT_BITS : SHARES_OF_FOUR_BITS) {
      float tried = step(low * share, high * share);
      int origin = origin(low * share, tried);
      double error = error(tried, origin, importance, column);
      if (error < least) {
        least = error;
        scale = tried;
        zero = origin;
      }
    }
  }

  private float step(float low, float high) {
    float step =
        switch (encoding.zero()) {
          case FIXED -> Math.max(-low, high) / highest();
          case FITTED -> (high - low) / highest();
        };
    return Math.max(step, Float.MIN_NORMAL);
  }

  private int origin(float low, float step) {
    return switch (encoding.zero()) {
      case FIXED -> 0;
      case FITTED -> Math.clamp((int) Math.rint(-low / step), 0, highest());
    };
  }

  private double error(float step, int origin, float[] importance, int column) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      float value = values[from + i];
      double off = value - (double) (code(value, step, origin) - origin) * step;
      sum += importance[column + i] * off * off;
    }
    return sum;
  }
}
