package dev.embark.family;

import static java.util.Objects.requireNonNull;

import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/// The parts of a transformer once more, written from the formulas with loops over
/// `[token][value]`: what families are held against where no original was at hand. Knows nothing of
/// graphs.
record PlainModel(Map<String, Tensor> tensors) {
  /// What is added to the score of token `j` for token `i` in a head.
  interface Score {
    double of(int head, int i, int j);
  }

  /// Returns random values with a deviation of 0.3.
  static Tensor random(Random random, long... sizes) {
    var shape = Shape.of(sizes);
    var values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.3 * random.nextGaussian());
    }
    return Tensor.of(shape, values);
  }

  /// Returns all values of a tensor.
  float[] vector(String name) {
    var tensor = requireNonNull(tensors.get(name), name);
    var values = new float[(int) tensor.shape().elementCount()];
    tensor.read(0, values, 0, values.length);
    return values;
  }

  /// Returns the rows `ids` of a table.
  double[][] rows(String name, long... ids) {
    var table = vector(name);
    int width = table.length / (int) requireNonNull(tensors.get(name)).shape().size(0);
    var rows = new double[ids.length][width];
    for (int i = 0; i < ids.length; i++) {
      for (int k = 0; k < width; k++) {
        rows[i][k] = table[(int) ids[i] * width + k];
      }
    }
    return rows;
  }

  /// Returns `x·weightᵀ`, and the bias added if there is one.
  double[][] linear(double[][] x, String scope) {
    var weight = vector(scope + ".weight");
    int in = x[0].length;
    int out = weight.length / in;
    var bias = tensors.containsKey(scope + ".bias") ? vector(scope + ".bias") : new float[out];
    var result = new double[x.length][out];
    for (int token = 0; token < x.length; token++) {
      for (int o = 0; o < out; o++) {
        double sum = bias[o];
        for (int k = 0; k < in; k++) {
          sum += x[token][k] * weight[o * in + k];
        }
        result[token][o] = sum;
      }
    }
    return result;
  }

  double[][] layerNorm(double[][] x, String scope) {
    var weight = vector(scope + ".weight");
    var bias = vector(scope + ".bias");
    var result = new double[x.length][weight.length];
    for (int token = 0; token < x.length; token++) {
      double mean = 0;
      for (double value : x[token]) {
        mean += value / weight.length;
      }
      double variance = 0;
      for (double value : x[token]) {
        variance += (value - mean) * (value - mean) / weight.length;
      }
      for (int k = 0; k < weight.length; k++) {
        result[token][k] = (x[token][k] - mean) / Math.sqrt(variance + 1e-12) * weight[k] + bias[k];
      }
    }
    return result;
  }

  /// Returns each row divided by the root of its mean square, times `weight + shift`.
  double[][] rmsNorm(double[][] x, String name, double shift) {
    var weight = vector(name + ".weight");
    var result = new double[x.length][x[0].length];
    for (int token = 0; token < x.length; token++) {
      for (int at = 0; at < x[0].length; at += weight.length) {
        double squares = 0;
        for (int k = 0; k < weight.length; k++) {
          squares += x[token][at + k] * x[token][at + k] / weight.length;
        }
        for (int k = 0; k < weight.length; k++) {
          result[token][at + k] =
              x[token][at + k] / Math.sqrt(squares + 1e-6) * (weight[k] + shift);
        }
      }
    }
    return result;
  }

  /// Returns attention with the scale `1 / √size`; a score of minus infinity hides a token.
  static double[][] attention(double[][] q, double[][] k, double[][] v, int heads, Score bias) {
    int size = q[0].length / heads;
    var result = new double[q.length][q[0].length];
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < q.length; i++) {
        var weights = new double[q.length];
        double sum = 0;
        for (int j = 0; j < q.length; j++) {
          double score = bias.of(head, i, j);
          for (int at = head * size; at < (head + 1) * size; at++) {
            score += q[i][at] * k[j][at] / Math.sqrt(size);
          }
          weights[j] = Math.exp(score);
          sum += weights[j];
        }
        for (int j = 0; j < q.length; j++) {
          for (int at = head * size; at < (head + 1) * size; at++) {
            result[i][at] += weights[j] / sum * v[j][at];
          }
        }
      }
    }
    return result;
  }

  /// Returns `x` turned by `position·frequencies[k]` in planes `k` and `k + size / 2` of each head.
  static double[][] rotate(double[][] x, float... frequencies) {
    int half = frequencies.length;
    var result = new double[x.length][x[0].length];
    for (int token = 0; token < x.length; token++) {
      for (int at = 0; at < x[0].length; at += 2 * half) {
        for (int k = 0; k < half; k++) {
          double angle = token * frequencies[k];
          double a = x[token][at + k];
          double b = x[token][at + half + k];
          result[token][at + k] = a * Math.cos(angle) - b * Math.sin(angle);
          result[token][at + half + k] = b * Math.cos(angle) + a * Math.sin(angle);
        }
      }
    }
    return result;
  }

  /// Returns the columns from `first` to before `last`.
  static double[][] columns(double[][] x, int first, int last) {
    var result = new double[x.length][];
    for (int token = 0; token < x.length; token++) {
      result[token] = Arrays.copyOfRange(x[token], first, last);
    }
    return result;
  }

  static double[][] sum(double[][] a, double[][] b) {
    var result = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < a[0].length; k++) {
        result[i][k] = a[i][k] + b[b.length == 1 ? 0 : i][k];
      }
    }
    return result;
  }

  static double[][] product(double[][] a, double[][] b) {
    var result = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < a[0].length; k++) {
        result[i][k] = a[i][k] * b[i][k];
      }
    }
    return result;
  }

  static double[][] map(double[][] x, DoubleUnaryOperator function) {
    var result = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < x[0].length; k++) {
        result[i][k] = function.applyAsDouble(x[i][k]);
      }
    }
    return result;
  }

  /// Returns `x·Φ(x)`, the normal distribution by Simpson's rule.
  static double gelu(double x) {
    int steps = 400;
    double step = x / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double t = i * step;
      int times = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += times * Math.exp(-t * t / 2);
    }
    return x * (0.5 + sum * step / 3 / Math.sqrt(2 * Math.PI));
  }
}
