package dev.embark.verify;

import dev.embark.bundle.Agreement;
import dev.embark.bundle.Figures;
import dev.embark.verify.Yardstick.Scale;
import dev.embark.verify.Yardstick.Sort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Values of the same texts from two sides: the witness's and ours.
public final class Comparison {
  /// Things among which nearest neighbours are looked for, and scores whose order is compared; the
  /// work grows with the square.
  private static final int ITEMS_MAX = 512;

  /// Values multiplied while neighbours are looked for: of wide vectors fewer are compared.
  private static final double PRODUCTS_MAX = 1e9;

  /// Two scores as near as this share of the largest, or of 1, may stand in either order.
  private static final double SCORE_TIE = 2e-4;

  private final List<float[]> expected;
  private final List<float[]> actual;
  private final Yardstick yardstick;
  private final List<List<Integer>> groups;
  private final Figures figures;

  private Comparison(
      List<float[]> expected,
      List<float[]> actual,
      Yardstick yardstick,
      List<List<Integer>> groups) {
    this.expected = expected;
    this.actual = actual;
    this.yardstick = yardstick;
    this.groups = groups;
    this.figures = measure();
  }

  /// Compares vectors pair by pair; all have the same length.
  public static Comparison of(List<float[]> expected, List<float[]> actual) {
    int dimension = expected.isEmpty() ? 1 : expected.getFirst().length;
    for (int text = 0; text < expected.size(); text++) {
      if (expected.get(text).length != dimension) {
        throw new IllegalArgumentException(
            "vector " + text + " has another length than the first, " + dimension);
      }
    }
    return of(expected, actual, new Yardstick(Sort.VECTORS, dimension, Scale.ABSOLUTE));
  }

  /// Compares vectors of tokens text by text.
  ///
  /// @param width length of a token's vector
  public static Comparison ofTokens(List<float[]> expected, List<float[]> actual, int width) {
    return of(expected, actual, new Yardstick(Sort.VECTORS, width, Scale.RELATIVE));
  }

  /// Compares the values of one output text by text: a whole number of things each.
  static Comparison of(List<float[]> expected, List<float[]> actual, Yardstick yardstick) {
    return of(expected, actual, yardstick, List.of());
  }

  /// Compares the values of one output text by text: a whole number of things each.
  ///
  /// @param groups indices of the texts that stand to choose from, such as documents of one query
  static Comparison of(
      List<float[]> expected,
      List<float[]> actual,
      Yardstick yardstick,
      List<List<Integer>> groups) {
    if (expected.size() != actual.size() || expected.isEmpty()) {
      throw new IllegalArgumentException(
          expected.size() + " vectors expected, " + actual.size() + " given");
    }
    for (int text = 0; text < expected.size(); text++) {
      int length = expected.get(text).length;
      if (actual.get(text).length != length || length % yardstick.width() != 0) {
        throw new IllegalArgumentException(
            "vector " + text + " has another length than the other side's, " + length);
      }
    }
    return new Comparison(List.copyOf(expected), List.copyOf(actual), yardstick, groups);
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

  /// Returns the largest difference of two values, infinite where one is not finite.
  static double maxAbs(List<float[]> a, List<float[]> b) {
    double largest = 0;
    for (int text = 0; text < a.size(); text++) {
      for (int i = 0; i < a.get(text).length; i++) {
        double difference = Math.abs((double) a.get(text)[i] - b.get(text)[i]);
        largest = Math.max(largest, Double.isFinite(difference) ? difference : Double.MAX_VALUE);
      }
    }
    return largest;
  }

  private Figures measure() {
    double largest = 0;
    double maxAbs = 0;
    double sumAbs = 0;
    long values = 0;
    int nonFinite = 0;
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
    }
    double meanAbs = values == 0 ? 0 : sumAbs / values;
    var common = new Common(expected.size(), largest, maxAbs, meanAbs, nonFinite);
    return switch (yardstick.sort()) {
      case VECTORS -> vectors(common);
      case SCORES -> scores(common);
    };
  }

  private record Common(int texts, double largest, double maxAbs, double meanAbs, int nonFinite) {}

  private Figures vectors(Common common) {
    double cosineMin = Double.POSITIVE_INFINITY;
    double cosineSum = 0;
    double normMaxAbs = 0;
    List<float[]> want = things(expected);
    List<float[]> got = things(actual);
    for (int i = 0; i < want.size(); i++) {
      double cosine = cosine(want.get(i), got.get(i));
      cosineMin = Math.min(cosineMin, cosine);
      cosineSum += cosine;
      normMaxAbs = Math.max(normMaxAbs, Math.abs(norm(want.get(i)) - norm(got.get(i))));
    }
    return new Figures.Vectors(
        common.texts(),
        common.largest(),
        common.maxAbs(),
        common.meanAbs(),
        want.isEmpty() ? 1 : cosineMin,
        want.isEmpty() ? 1 : cosineSum / want.size(),
        normMaxAbs,
        agreement(want, got),
        common.nonFinite());
  }

  private Figures scores(Common common) {
    return new Figures.Scores(
        common.texts(),
        common.largest(),
        common.maxAbs(),
        common.meanAbs(),
        rankingAgreement(SCORE_TIE * Math.max(1, common.largest())),
        firstAgreement(SCORE_TIE * Math.max(1, common.largest())),
        common.nonFinite());
  }

  /// Returns the vectors of the things that are compared, one after the other.
  private List<float[]> things(List<float[]> texts) {
    int width = yardstick.width();
    var things = new ArrayList<float[]>();
    for (float[] values : texts) {
      for (int from = 0; from < values.length; from += width) {
        things.add(
            values.length == width ? values : Arrays.copyOfRange(values, from, from + width));
      }
    }
    return things;
  }

  private Agreement agreement(List<float[]> want, List<float[]> got) {
    int affordable = (int) Math.sqrt(PRODUCTS_MAX / yardstick.width());
    int count = Math.min(want.size(), Math.min(ITEMS_MAX, Math.max(2, affordable)));
    return new Neighborhood(want.subList(0, count), got.subList(0, count)).agreement();
  }

  /// Share of pairs of texts, or of tokens, that stand in the witness's order in each of their
  /// scores.
  private double rankingAgreement(double tie) {
    List<float[]> want = things(expected);
    List<float[]> got = things(actual);
    int count = Math.min(want.size(), ITEMS_MAX);
    long pairs = 0;
    long agreed = 0;
    for (int left = 0; left < count; left++) {
      for (int right = left + 1; right < count; right++) {
        for (int score = 0; score < yardstick.width(); score++) {
          double order = (double) want.get(left)[score] - want.get(right)[score];
          double ours = (double) got.get(left)[score] - got.get(right)[score];
          pairs++;
          agreed += Math.abs(order) <= tie || order * ours > 0 ? 1 : 0;
        }
      }
    }
    return pairs == 0 ? 1 : (double) agreed / pairs;
  }

  /// Share of groups of several texts whose largest first score is ours too, or as large.
  private double firstAgreement(double tie) {
    int agreed = 0;
    int asked = 0;
    for (var group : groups) {
      if (group.size() > 1) {
        asked++;
        int best = largest(group, expected);
        int ours = largest(group, actual);
        agreed += expected.get(ours)[0] >= expected.get(best)[0] - tie ? 1 : 0;
      }
    }
    return asked == 0 ? 1 : (double) agreed / asked;
  }

  private static int largest(List<Integer> group, List<float[]> scores) {
    int best = group.getFirst();
    for (int text : group) {
      if (scores.get(text)[0] > scores.get(best)[0]) {
        best = text;
      }
    }
    return best;
  }

  /// Returns the cosine of two vectors; that of two zero vectors is 1, of one of them 0.
  public static double cosine(float[] a, float[] b) {
    return cosine(dot(a, b), norm(a), norm(b));
  }

  private static double cosine(double dot, double a, double b) {
    if (a * b == 0) {
      return a == b ? 1 : 0;
    }
    return dot / (a * b);
  }

  private static double dot(float[] a, float[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
    }
    return dot;
  }

  private static double norm(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  /// A value on which the two sides part.
  ///
  /// @param text index of the text
  /// @param value index of the value among those of the text
  public record Divergence(int text, int value, float expected, float actual) {}
}
