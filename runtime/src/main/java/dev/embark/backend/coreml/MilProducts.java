package dev.embark.backend.coreml;

import java.util.Arrays;

/// Products of matrices `x·wᵀ`.
///
/// The rows of `x` lie side by side, one array for each column, so that the innermost loop runs
/// over rows in all its operands and the compiler can vectorise it.
final class MilProducts {
  /// Products that are added in 32 bits before their sum is added in 64.
  private static final int PARTIAL = 64;

  /// Outputs that are computed before they are written, row by row.
  private static final int OUTPUTS = 16;

  private MilProducts() {}

  /// Returns `x·weightᵀ + bias`, `weight` `[out, in]`.
  static MilTensor linear(MilTensor x, MilTensor weight, float[] bias) {
    int out = weight.size(0);
    int in = weight.size(1);
    var sizes = x.sizes().clone();
    sizes[sizes.length - 1] = out;
    int rows = x.count() / in;
    var result = new float[rows * out];
    multiply(columns(x.reals(), 0, rows, in), weight.reals(), 0, out, result, 0);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < out; i++) {
        result[row * out + i] += bias[i];
      }
    }
    return MilTensor.ofReals(x.type(), sizes, result);
  }

  /// Returns `x·yᵀ` over the last two axes; all others are alike.
  static MilTensor matmul(MilTensor x, MilTensor y) {
    int rows = x.size(-2);
    int inner = x.size(-1);
    int out = y.size(-2);
    var sizes = x.sizes().clone();
    sizes[sizes.length - 1] = out;
    int blocks = x.count() / (rows * inner);
    var result = new float[blocks * rows * out];
    for (int block = 0; block < blocks; block++) {
      var columns = columns(x.reals(), block * rows * inner, rows, inner);
      multiply(columns, y.reals(), block * out * inner, out, result, block * rows * out);
    }
    return MilTensor.ofReals(x.type(), sizes, result);
  }

  /// Returns `[in][rows]`.
  private static float[][] columns(float[] values, int at, int rows, int in) {
    var columns = new float[in][rows];
    for (int k = 0; k < in; k++) {
      var column = columns[k];
      for (int row = 0; row < rows; row++) {
        column[row] = values[at + row * in + k];
      }
    }
    return columns;
  }

  private static void multiply(
      float[][] columns, float[] weight, int weightAt, int out, float[] result, int resultAt) {
    int rows = columns[0].length;
    var block = new double[OUTPUTS][rows];
    var partial = new float[rows];
    for (int first = 0; first < out; first += OUTPUTS) {
      int count = Math.min(OUTPUTS, out - first);
      for (int i = 0; i < count; i++) {
        sum(columns, weight, weightAt + (first + i) * columns.length, partial, block[i]);
      }
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < count; i++) {
          result[resultAt + row * out + first + i] = (float) block[i][row];
        }
      }
    }
  }

  private static void sum(
      float[][] columns, float[] weight, int at, float[] partial, double[] sums) {
    Arrays.fill(sums, 0);
    for (int from = 0; from < columns.length; from += PARTIAL) {
      Arrays.fill(partial, 0);
      add(partial, columns, from, Math.min(columns.length, from + PARTIAL), weight, at);
      for (int row = 0; row < sums.length; row++) {
        sums[row] += partial[row];
      }
    }
  }

  private static void add(
      float[] partial, float[][] columns, int from, int to, float[] weight, int at) {
    int k = from;
    for (; k + 4 <= to; k += 4) {
      add(
          partial,
          columns[k],
          weight[at + k],
          columns[k + 1],
          weight[at + k + 1],
          columns[k + 2],
          weight[at + k + 2],
          columns[k + 3],
          weight[at + k + 3]);
    }
    for (; k < to; k++) {
      var column = columns[k];
      float factor = weight[at + k];
      for (int i = 0; i < partial.length; i++) {
        partial[i] += factor * column[i];
      }
    }
  }

  private static void add(
      float[] sums,
      float[] a,
      float fa,
      float[] b,
      float fb,
      float[] c,
      float fc,
      float[] d,
      float fd) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = sums[i] + fa * a[i] + fb * b[i] + fc * c[i] + fd * d[i];
    }
  }
}
