package dev.embark.verify;

import dev.embark.bundle.Agreement;
import java.util.Arrays;
import java.util.List;

/// What is near what among some vectors, on two sides.
final class Neighborhood {
  private static final int TEN = 10;

  /// Two things as near as this are equally near.
  private static final double TIE = 1e-6;

  private final int count;
  private final double[][] theirs;
  private final double[][] ours;

  /// Computes all cosines of the witness's vectors and of ours.
  Neighborhood(List<float[]> want, List<float[]> got) {
    count = want.size();
    theirs = cosines(want);
    ours = cosines(got);
  }

  private static double[][] cosines(List<float[]> vectors) {
    int count = vectors.size();
    var cosines = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        cosines[i][j] = Comparison.cosine(vectors.get(i), vectors.get(j));
        cosines[j][i] = cosines[i][j];
      }
    }
    return cosines;
  }

  Agreement agreement() {
    if (count < 2) {
      return new Agreement(1, 1, 1);
    }
    return new Agreement(agreement(1), agreement(Math.min(TEN, count - 1)), order());
  }

  /// Returns the mean share of the `most` nearest others of a thing among ours that are, for the
  /// witness too, among the nearest or equally near.
  private double agreement(int most) {
    double agreed = 0;
    for (int item = 0; item < count; item++) {
      int[] nearest = nearest(theirs[item], item, most);
      double furthest = theirs[item][nearest[most - 1]];
      for (int other : nearest(ours[item], item, most)) {
        agreed += theirs[item][other] >= furthest - TIE ? 1 : 0;
      }
    }
    return agreed / most / count;
  }

  /// Returns the indices of the largest cosines but the thing's own, the largest first.
  private static int[] nearest(double[] cosines, int own, int most) {
    var order = new Integer[cosines.length];
    Arrays.setAll(order, i -> i);
    // Stable, so that of equal ones the first is nearer. NaN is furthest.
    Arrays.sort(order, (a, b) -> Double.compare(key(cosines[b]), key(cosines[a])));
    return Arrays.stream(order)
        .filter(i -> i != own)
        .limit(most)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double key(double cosine) {
    return Double.isNaN(cosine) ? Double.NEGATIVE_INFINITY : cosine;
  }

  private double order() {
    var want = new double[count * (count - 1) / 2];
    var got = new double[want.length];
    int pair = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        want[pair] = theirs[i][j];
        got[pair] = ours[i][j];
        pair++;
      }
    }
    return Correlation.spearman(want, got);
  }
}
