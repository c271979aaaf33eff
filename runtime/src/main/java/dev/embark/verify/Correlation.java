package dev.embark.verify;

import java.util.Arrays;

/// How well two lists of numbers go together.
public final class Correlation {
  private Correlation() {}

  /// Returns Spearman's rank correlation: Pearson's of the ranks, equal numbers sharing the mean of
  /// theirs. 1 where both lists have a single value each, 0 where one of them has.
  ///
  /// @param a as long as `b`, at least 1
  public static double spearman(double[] a, double[] b) {
    return pearson(ranks(a), ranks(b));
  }

  /// Returns Pearson's correlation. 1 where both lists have a single value each, 0 where one has.
  public static double pearson(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElse(0);
    double meanB = Arrays.stream(b).average().orElse(0);
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] - meanA) * (b[i] - meanB);
      squaresA += (a[i] - meanA) * (a[i] - meanA);
      squaresB += (b[i] - meanB) * (b[i] - meanB);
    }
    if (squaresA == 0 || squaresB == 0) {
      return squaresA == squaresB ? 1 : 0;
    }
    return product / Math.sqrt(squaresA * squaresB);
  }

  /// Returns ranks from 1 on.
  private static double[] ranks(double[] values) {
    var order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (i, j) -> Double.compare(values[i], values[j]));
    var ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
