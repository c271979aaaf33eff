package dev.embark.graph;

import java.util.stream.IntStream;

/// A mixture of experts as the [Interpreter] computes it, token by token.
final class MixtureLoops {
  private MixtureLoops() {}

  static Grid compute(Grid input, Experts experts) {
    int hidden = input.size(-1);
    var router = experts.router().weight().toArray();
    var bias = experts.bias().weight().toArray();
    var result = input.withLast(hidden);
    IntStream.range(0, input.rows())
        .parallel()
        .forEach(token -> {
          int at = token * hidden;
          System.arraycopy(doubles(bias), 0, result.values(), at, hidden);
          var shares = shares(input, at, router, experts);
          for (int expert = 0; expert < shares.length; expert++) {
            if (shares[expert] > 0) {
              answer(new Task(input, result, at), experts, expert, shares[expert]);
            }
          }
        });
    return result;
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  /// Returns the probability of each expert that is used, and 0 for the others.
  private static double[] shares(Grid input, int at, float[] router, Experts experts) {
    int hidden = input.size(-1);
    var scores = new double[experts.count()];
    double max = Double.NEGATIVE_INFINITY;
    for (int expert = 0; expert < scores.length; expert++) {
      for (int k = 0; k < hidden; k++) {
        scores[expert] += input.values()[at + k] * router[expert * hidden + k];
      }
      max = Math.max(max, scores[expert]);
    }
    double sum = 0;
    for (double score : scores) {
      sum += Math.exp(score - max);
    }
    var shares = new double[scores.length];
    for (int used = 0; used < experts.used(); used++) {
      int best = -1;
      for (int expert = 0; expert < scores.length; expert++) {
        if (shares[expert] == 0 && (best < 0 || scores[expert] > scores[best])) {
          best = expert;
        }
      }
      shares[best] = Math.exp(scores[best] - max) / sum;
    }
    return shares;
  }

  /// A token: where its values begin in both grids.
  private record Task(Grid input, Grid result, int at) {}

  private static void answer(Task task, Experts experts, int expert, double share) {
    int hidden = task.input().size(-1);
    int width = experts.intermediate();
    var row = new float[hidden];
    for (int k = 0; k < width; k++) {
      experts.inner().weight().readRows((long) expert * width + k, 1, row, 0);
      double sum = 0;
      for (int i = 0; i < hidden; i++) {
        sum += task.input().values()[task.at() + i] * row[i];
      }
      double factor = share * Interpreter.activate(sum, experts.function());
      experts.outer().weight().readRows((long) expert * width + k, 1, row, 0);
      for (int i = 0; i < hidden; i++) {
        task.result().values()[task.at() + i] += factor * row[i];
      }
    }
  }
}
