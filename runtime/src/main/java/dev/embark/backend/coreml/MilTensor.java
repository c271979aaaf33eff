package dev.embark.backend.coreml;

import dev.embark.format.mlprogram.MilType;
import java.util.Arrays;

/// A value while a program runs: numbers in memory, row-major.
///
/// Floating point numbers of either width are held in 32 bits; those of a `FLOAT16` value are
/// rounded to what 16 bits can say. Integers, and truths as 0 and 1, are held beside them.
final class MilTensor {
  private static final float[] NO_REALS = {};
  private static final int[] NO_INTEGERS = {};

  private final MilType type;
  private final int[] sizes;
  private final float[] reals;
  private final int[] integers;

  private MilTensor(MilType type, int[] sizes, float[] reals, int[] integers) {
    this.type = type;
    this.sizes = sizes;
    this.reals = reals;
    this.integers = integers;
  }

  /// Takes over numbers of type `FLOAT32` or `FLOAT16`, which are rounded in place.
  static MilTensor ofReals(MilType type, int[] sizes, float[] reals) {
    if (type == MilType.FLOAT16) {
      for (int i = 0; i < reals.length; i++) {
        reals[i] = Float.float16ToFloat(Float.floatToFloat16(reals[i]));
      }
    }
    return new MilTensor(type, sizes, reals, NO_INTEGERS);
  }

  /// Takes over numbers of type `INT32` or `BOOL`.
  static MilTensor ofIntegers(MilType type, int[] sizes, int[] integers) {
    return new MilTensor(type, sizes, NO_REALS, integers);
  }

  static boolean isReal(MilType type) {
    return type == MilType.FLOAT32 || type == MilType.FLOAT16;
  }

  MilType type() {
    return type;
  }

  int rank() {
    return sizes.length;
  }

  int[] sizes() {
    return sizes;
  }

  /// Returns a size; a negative axis counts from the last one on.
  int size(int axis) {
    return sizes[axis < 0 ? sizes.length + axis : axis];
  }

  int count() {
    return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
  }

  float[] reals() {
    return reals;
  }

  int[] integers() {
    return integers;
  }

  /// Returns the same numbers in another shape.
  MilTensor reshaped(int... other) {
    return new MilTensor(type, other, reals, integers);
  }

  /// Returns the only number of a scalar, or of a vector of one.
  int integer() {
    return integers[0];
  }

  float real() {
    return reals[0];
  }
}
