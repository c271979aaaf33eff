package dev.embark.verify;

import dev.embark.bundle.Figures;
import java.util.List;
import java.util.Optional;

/// Vectors of the same texts from two sides: the witness's and ours.
public final class Comparison {
  /// Texts among which nearest neighbours are looked for; the work grows with the square.
  private static final int NEIGHBOR_TEXTS_MAX = 512;

  /// Two texts as near as this are equally near.
  private static final double TIE = 1e-6;

  private final List<float[]> expected;
  private final List<float[]> actual;
  private final Figures figures;

  private Comparison(List<float[]> expected, List<float[]> actual) {
    this.expected = expected;
    this.actual = actual;
    this.figures = measure();
  }

  /// Compares vectors pair by pair; all have the same length.
  public static Comparison of(List<float[]> expected, List<float[]> actual) {
    if (expected.size() != actual.size() || expected.isEmpty()) {
      throw new IllegalArgumentException(
          expected.size() + " vectors expected, " + actual.size() + " given");
    }
    int dimension = expected.getFirst().length;
    for (int text = 0; text < expected.size(); text++) {
      if (expected.get(text).length != dimension || actual.get(text).length != dimension) {
        throw new IllegalArgumentException(
            "vector " + text + " has another length than the first, " + dimension);
      }
    }
    return new Comparison(List.copyOf(expected), List.copyOf(actual));
  }

  public Figures figures() {
    return figures;
  }

  /// Returns the first value, in the order of the texts, that is further off than `limit`, or is
  /// not finite.
  public Optional<Divergence> firstBeyond(double limit) {
    for (int text = 0; text < expected.size(); text++) {
      float[] want = expected.get(text);
      float[] got = actual.get(text);
      for (int i = 0; i < want.length; i++) {
        // Written so that NaN, which compares with nothing, is beyond every limit.
        if (!(Math.abs((double) want[i] - got[i]) <= limit)) {
          return Optional.of(new Divergence(text, i, want[i], got[i]));
        }
      }
    }
    return Optional.empty();
  }

  private Figures measure() {
    double largest = 0;
    double maxAbs = 0;
    double sumAbs = 0;
    long values = 0;
    int nonFinite = 0;
    double cosineMin = Double.POSITIVE_INFINITY;
    double cosineSum = 0;
    double normMaxAbs = 0;
    for (int text = 0; text < expected.size(); text++) {
      float[] want = expected.get(text);
      float[] got = actual.get(text);
      for (int i = 0; i < want.length; i++) {
        if (!Float.isFinite(want[i]) || !Float.isFinite(got[i])) {
          nonFinite++;
          continue;
        }
        double difference = Math.abs((double) want[i] - got[i]);
        largest = Math.max(largest, Math.abs((double) want[i]));
        maxAbs = Math.max(maxAbs, difference);
        sumAbs += difference;
        values++;
      }
      double cosine = cosine(want, got);
      cosineMin = Math.min(cosineMin, cosine);
      cosineSum += cosine;
      normMaxAbs = Math.max(normMaxAbs, Math.abs(norm(want) - norm(got)));
    }
    return new Figures(
        expected.size(),
        largest,
        maxAbs,
        values == 0 ? 0 : sumAbs / values,
        cosineMin,
        cosineSum / expected.size(),
        normMaxAbs,
        neighborAgreement(),
        nonFinite);
  }

  /// Share of texts whose nearest other text among ours is, for the witness too, the nearest or
  /// equally near.
  private double neighborAgreement() {
    int count = Math.min(expected.size(), NEIGHBOR_TEXTS_MAX);
    if (count < 2) {
      return 1;
    }
    int agreed = 0;
    for (int text = 0; text < count; text++) {
      double best = cosine(expected.get(text), expected.get(nearest(expected, text, count)));
      double ours = cosine(expected.get(text), expected.get(nearest(actual, text, count)));
      if (ours >= best - TIE) {
        agreed++;
      }
    }
    return (double) agreed / count;
  }

  private static int nearest(List<float[]> vectors, int text, int count) {
    int nearest = -1;
    double best = Double.NEGATIVE_INFINITY;
    for (int other = 0; other < count; other++) {
      double cosine = cosine(vectors.get(text), vectors.get(other));
      if (other != text && (nearest < 0 || cosine > best)) {
        nearest = other;
        best = cosine;
      }
    }
    return nearest;
  }

  /// Returns the cosine of two vectors; that of two zero vectors is 1, of one of them 0.
  public static double cosine(float[] a, float[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
    }
    double norms = norm(a) * norm(b);
    if (norms == 0) {
      return norm(a) == norm(b) ? 1 : 0;
    }
    return dot / norms;
  }

  private static double norm(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  /// A value on which the two sides part.
  ///
  /// @param text index of the text
  /// @param value index of the value in its vector
  public record Divergence(int text, int value, float expected, float actual) {}

  /// Returns the largest difference allowed by `limits`: relative to the largest value where
  /// vectors are not normalized.
  static double allowed(double limit, Scale scale, double largest) {
    return switch (scale) {
      case ABSOLUTE -> limit;
      case RELATIVE -> limit * largest;
    };
  }

  /// What a limit on values means.
  enum Scale {
    /// The difference itself.
    ABSOLUTE,
    /// The difference as a share of the largest value.
    RELATIVE
  }
}
