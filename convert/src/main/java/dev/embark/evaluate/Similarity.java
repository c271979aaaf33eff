package dev.embark.evaluate;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.List;

/// How near two vectors are, larger being nearer: what a model says of its own vectors.
enum Similarity {
  COSINE,
  DOT,
  EUCLIDEAN,
  MANHATTAN;

  /// Returns the one that sentence-transformers calls so (`similarity_fn_name`).
  static Similarity of(String name) {
    return switch (name) {
      case "cosine" -> COSINE;
      case "dot" -> DOT;
      case "euclidean" -> EUCLIDEAN;
      case "manhattan" -> MANHATTAN;
      default -> // an open set of words
          throw new Problem(
              Category.UNSUPPORTED,
              "The model compares vectors by \"" + name + "\".",
              "Known are " + List.of("cosine", "dot", "euclidean", "manhattan") + ".",
              "Report it with the name of the model.");
    };
  }

  /// Returns vectors with all that can be computed once a vector done: those compared by cosine get
  /// length 1.
  float[][] prepared(float[][] vectors) {
    return switch (this) {
      case COSINE -> {
        var unit = new float[vectors.length][];
        for (int i = 0; i < vectors.length; i++) {
          unit[i] = unit(vectors[i]);
        }
        yield unit;
      }
      case DOT, EUCLIDEAN, MANHATTAN -> vectors;
    };
  }

  private static float[] unit(float[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    var unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = length == 0 ? 0 : (float) (vector[i] / length);
    }
    return unit;
  }

  /// Compares two prepared vectors.
  double of(float[] a, float[] b) {
    return switch (this) {
      case COSINE, DOT -> dot(a, b);
      case EUCLIDEAN -> -Math.sqrt(Math.max(0, dot(a, a) - 2 * dot(a, b) + dot(b, b)));
      case MANHATTAN -> {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
          sum += Math.abs((double) a[i] - b[i]);
        }
        yield -sum;
      }
    };
  }

  /// Four sums at a time: a processor adds several while one is under way.
  private static double dot(float[] a, float[] b) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      first += (double) a[i] * b[i];
      second += (double) a[i + 1] * b[i + 1];
      third += (double) a[i + 2] * b[i + 2];
      fourth += (double) a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      first += (double) a[i] * b[i];
    }
    return first + second + third + fourth;
  }
}
