package dev.embark.graph;

import dev.embark.tensor.Weight;
import java.util.Arrays;
import java.util.stream.IntStream;

/// `input·weightᵀ + bias`, the one operation of the [Interpreter] that is arranged for speed.
///
/// Tokens are taken in blocks and laid side by side, one array for each input dimension, so that
/// the innermost loop runs over the tokens in all its operands and the compiler can vectorise it.
/// Blocks of weight rows are computed by as many threads as there are processors. No sum is
/// reordered: each output adds bias and products in the order of the input dimensions.
final class MatrixProduct {
  private static final int TOKENS = 128;
  private static final int WEIGHT_ROWS = 16;

  private MatrixProduct() {}

  /// Fills `result` `[…, out]` from `input` `[…, in]`, `weight` `[out, in]` and `bias` `[out]`.
  static void compute(Grid result, Grid input, Weight weight, float[] bias) {
    int out = result.size(-1);
    for (int first = 0; first < input.rows(); first += TOKENS) {
      int from = first;
      var columns = columns(input, from, Math.min(TOKENS, input.rows() - from));
      IntStream.range(0, (out + WEIGHT_ROWS - 1) / WEIGHT_ROWS)
          .parallel()
          .forEach(task -> {
            int row = task * WEIGHT_ROWS;
            int count = Math.min(WEIGHT_ROWS, out - row);
            var rows = new float[count * columns.length];
            weight.readRows(row, count, rows, 0);
            for (int i = 0; i < count; i++) {
              var sums = sums(columns, rows, i * columns.length, bias[row + i]);
              for (int token = 0; token < sums.length; token++) {
                result.values()[(from + token) * out + row + i] = sums[token];
              }
            }
          });
    }
  }

  /// Returns `[in][tokens]`.
  private static double[][] columns(Grid input, int first, int count) {
    int in = input.size(-1);
    var columns = new double[in][count];
    for (int k = 0; k < in; k++) {
      for (int token = 0; token < count; token++) {
        columns[k][token] = input.values()[(first + token) * in + k];
      }
    }
    return columns;
  }

  private static double[] sums(double[][] columns, float[] factors, int at, double bias) {
    var sums = new double[columns[0].length];
    Arrays.fill(sums, bias);
    int k = 0;
    for (; k + 4 <= columns.length; k += 4) {
      add(
          sums,
          columns[k],
          factors[at + k],
          columns[k + 1],
          factors[at + k + 1],
          columns[k + 2],
          factors[at + k + 2],
          columns[k + 3],
          factors[at + k + 3]);
    }
    for (; k < columns.length; k++) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += factors[at + k] * columns[k][i];
      }
    }
    return sums;
  }

  private static void add(
      double[] sums,
      double[] a,
      double fa,
      double[] b,
      double fb,
      double[] c,
      double fc,
      double[] d,
      double fd) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = sums[i] + fa * a[i] + fb * b[i] + fc * c[i] + fd * d[i];
    }
  }
}
