package dev.embark.backend.coreml;

import java.util.Arrays;

/// Products of matrices: for each row of the result, the rows of the right matrix times a number
/// are added up, a loop that compilers turn into vector instructions.
final class MilProducts {
  /// Rows of the right matrix whose products are added in 32 bits before they are added in 64.
  private static final int PARTIAL = 64;

  private MilProducts() {}

  /// Returns `x·weightᵀ + bias`, `weight` `[out, in]`.
  static MilTensor linear(MilTensor x, MilTensor weight, float[] bias) {
    int out = weight.size(0);
    int in = weight.size(1);
    var right = MilShapes.swapped(weight).reals();
    var sizes = x.sizes().clone();
    sizes[sizes.length - 1] = out;
    int rows = x.count() / in;
    var result = new float[rows * out];
    for (int row = 0; row < rows; row++) {
      product(x.reals(), row * in, in, right, 0, result, row * out, out);
      for (int i = 0; i < out; i++) {
        result[row * out + i] += bias[i];
      }
    }
    return MilTensor.ofReals(x.type(), sizes, result);
  }

  /// Returns `x·y` over the last two axes; all others are alike.
  static MilTensor matmul(MilTensor x, MilTensor y) {
    int rows = x.size(-2);
    int inner = x.size(-1);
    int columns = y.size(-1);
    var sizes = x.sizes().clone();
    sizes[sizes.length - 1] = columns;
    int blocks = x.count() / (rows * inner);
    var result = new float[blocks * rows * columns];
    for (int block = 0; block < blocks; block++) {
      for (int row = 0; row < rows; row++) {
        product(
            x.reals(),
            (block * rows + row) * inner,
            inner,
            y.reals(),
            block * inner * columns,
            result,
            (block * rows + row) * columns,
            columns);
      }
    }
    return MilTensor.ofReals(x.type(), sizes, result);
  }

  private static void product(
      float[] left,
      int leftAt,
      int inner,
      float[] right,
      int rightAt,
      float[] result,
      int at,
      int columns) {
    var sums = new double[columns];
    var partial = new float[columns];
    for (int from = 0; from < inner; from += PARTIAL) {
      Arrays.fill(partial, 0);
      for (int k = from; k < Math.min(from + PARTIAL, inner); k++) {
        float factor = left[leftAt + k];
        int row = rightAt + k * columns;
        for (int i = 0; i < columns; i++) {
          partial[i] += factor * right[row + i];
        }
      }
      for (int i = 0; i < columns; i++) {
        sums[i] += partial[i];
      }
    }
    for (int i = 0; i < columns; i++) {
      result[at + i] = (float) sums[i];
    }
  }
}
