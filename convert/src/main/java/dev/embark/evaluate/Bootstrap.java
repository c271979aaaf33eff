package dev.embark.evaluate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/// Intervals by drawing units with replacement (Efron and Tibshirani 1993, percentile method): the
/// same draws at every run, and for both sides of a difference.
final class Bootstrap {
  private static final int DRAWS = 1_000;
  private static final long SEED = 20_231;
  private static final double TAIL = 0.025;

  private Bootstrap() {}

  static Interval of(Measure measure) {
    return interval(measure.units(), measure.value(), measure.statistic()::of);
  }

  /// Returns by how much the first is larger; both were computed from the same units.
  static Interval ofDifference(Measure first, Measure second) {
    if (first.units() != second.units()) {
      throw new IllegalArgumentException(first.units() + " units against " + second.units());
    }
    return interval(
        first.units(),
        first.value() - second.value(),
        units -> first.statistic().of(units) - second.statistic().of(units));
  }

  private static Interval interval(int units, double value, ToDoubleFunction<int[]> statistic) {
    var random = new SplittableRandom(SEED);
    var values = new double[DRAWS];
    var drawn = new int[units];
    for (int draw = 0; draw < DRAWS; draw++) {
      for (int i = 0; i < units; i++) {
        drawn[i] = random.nextInt(units);
      }
      values[draw] = statistic.applyAsDouble(drawn);
    }
    Arrays.sort(values);
    return new Interval(value, quantile(values, TAIL), quantile(values, 1 - TAIL));
  }

  private static double quantile(double[] sorted, double share) {
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }
}
