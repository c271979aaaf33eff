package dev.embark.report;

import java.util.Arrays;
import java.util.List;

/// How many values differ by how much: a bin is half a power of ten, the first takes what is less.
///
/// @param shares of all values, bin by bin
record Histogram(List<Double> shares) {
  /// The exponent at which the first bin ends.
  static final int FROM = -9;

  /// Bins for each power of ten.
  static final int FINE = 2;

  private static final int BINS = -FROM * FINE + 2;

  Histogram {
    shares = List.copyOf(shares);
  }

  static Histogram of(List<float[]> expected, List<float[]> actual) {
    var counts = new long[BINS];
    long all = 0;
    for (int text = 0; text < expected.size(); text++) {
      for (int i = 0; i < expected.get(text).length; i++) {
        counts[bin(Math.abs((double) expected.get(text)[i] - actual.get(text)[i]))]++;
        all++;
      }
    }
    long total = Math.max(1, all);
    return new Histogram(Arrays.stream(counts).mapToObj(count -> (double) count / total).toList());
  }

  private static int bin(double difference) {
    if (!(difference > 0)) {
      return Double.isNaN(difference) ? BINS - 1 : 0;
    }
    double place = (Math.log10(difference) - FROM) * FINE;
    return (int) Math.clamp(Math.floor(place) + 1, 0, BINS - 1);
  }

  /// Returns the smallest difference that falls into a bin, as a power of ten.
  static double exponent(int bin) {
    return FROM + (bin - 1) / (double) FINE;
  }
}
