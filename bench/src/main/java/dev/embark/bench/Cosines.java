package dev.embark.bench;

import dev.embark.verify.Comparison;
import java.util.List;

/// How alike the vectors of two contenders are: a fast contender must still be right.
record Cosines(double mean, double min) {
  static Cosines of(List<float[]> left, List<float[]> right) {
    double sum = 0;
    double min = 1;
    for (int i = 0; i < left.size(); i++) {
      double cosine = Comparison.cosine(left.get(i), right.get(i));
      sum += cosine;
      min = Math.min(min, cosine);
    }
    return new Cosines(sum / left.size(), min);
  }
}
