package dev.embark.evaluate;

/// A number that is computed from units of a data set, such as queries, and could be from others.
///
/// @param name such as `nDCG@10`
/// @param units how many there are
record Measure(String name, int units, Statistic statistic) {
  /// How the number comes about.
  interface Statistic {
    /// Returns the number for some units; one may be there several times.
    double of(int[] units);
  }

  /// Returns a measure that is the mean of a number for each unit.
  static Measure mean(String name, double[] values) {
    return new Measure(
        name,
        values.length,
        units -> {
          double sum = 0;
          for (int unit : units) {
            sum += values[unit];
          }
          return sum / units.length;
        });
  }

  /// Returns the number for all units, each once.
  double value() {
    var all = new int[units];
    for (int i = 0; i < units; i++) {
      all[i] = i;
    }
    return statistic.of(all);
  }
}
