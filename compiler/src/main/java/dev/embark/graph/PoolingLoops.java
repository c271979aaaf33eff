package dev.embark.graph;

import dev.embark.bundle.Pooling;

/// Token vectors to one vector, as the [Interpreter] computes it.
final class PoolingLoops {
  private PoolingLoops() {}

  static Grid pool(Grid tokens, Grid mask, Pooling mode) {
    int batch = tokens.size(0);
    int sequence = tokens.size(1);
    int hidden = tokens.size(2);
    var result = new Grid(new long[] {batch, hidden}, new double[batch * hidden]);
    for (int b = 0; b < batch; b++) {
      var weights = poolingWeights(mask, b, sequence, mode);
      for (int i = 0; i < hidden; i++) {
        double pooled = mode == Pooling.MAX ? -Float.MAX_VALUE : 0;
        for (int j = 0; j < sequence; j++) {
          double x = tokens.values()[(b * sequence + j) * hidden + i];
          if (mode == Pooling.MAX) {
            pooled = weights[j] == 0 ? pooled : Math.max(pooled, x);
          } else {
            pooled += weights[j] * x;
          }
        }
        result.values()[b * hidden + i] = pooled;
      }
    }
    return result;
  }

  /// Returns the factor of each token of text `b`; for the maximum, whether it takes part.
  private static double[] poolingWeights(Grid mask, int b, int sequence, Pooling mode) {
    var counted = new double[sequence];
    int first = -1;
    int last = -1;
    double count = 0;
    double positions = 0;
    for (int j = 0; j < sequence; j++) {
      if (mask.values()[b * sequence + j] != 0) {
        counted[j] = 1;
        first = first < 0 ? j : first;
        last = j;
        count++;
        positions += j + 1;
      }
    }
    for (int j = 0; j < sequence; j++) {
      counted[j] *=
          switch (mode) {
            case CLS -> j == first ? 1 : 0;
            case LAST_TOKEN -> j == last ? 1 : 0;
            case MAX -> 1;
            case MEAN -> 1 / Math.max(count, 1e-9);
            case MEAN_SQRT_LEN -> 1 / Math.sqrt(Math.max(count, 1e-9));
            case WEIGHTED_MEAN -> (j + 1) / Math.max(positions, 1e-9);
          };
    }
    return counted;
  }

  static Grid sum(Grid tokens, Grid mask) {
    int hidden = tokens.size(2);
    var result = new Grid(new long[] {tokens.size(0), hidden}, new double[tokens.size(0) * hidden]);
    for (int row = 0; row < tokens.rows(); row++) {
      int text = row / tokens.size(1);
      for (int i = 0; i < hidden && mask.values()[row] != 0; i++) {
        result.values()[text * hidden + i] += tokens.values()[row * hidden + i];
      }
    }
    return result;
  }
}
