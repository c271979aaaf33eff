package dev.embark.verify;

import dev.embark.bundle.Agreement;
import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Output;
import dev.embark.bundle.Variation;
import dev.embark.verify.Comparison.Divergence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Why figures are beyond their limits, in sentences.
record Verdict(Yardstick yardstick, Limits limits) {
  private static final int QUOTED_CHARS_MAX = 60;

  List<String> failures(Figures figures, Map<Variation, Double> invariance) {
    var failures = new ArrayList<String>();
    if (figures.nonFinite() > 0) {
      failures.add(figures.nonFinite() + " values are NaN or infinite.");
    }
    double allowed = yardstick.allowed(limits.maxAbs(), figures.largest());
    if (!(figures.maxAbs() <= allowed)) {
      failures.add(
          String.format(
              Locale.ROOT,
              "The largest difference is %.3g, allowed is %.3g.",
              figures.maxAbs(),
              allowed));
    }
    switch (figures) {
      case Figures.Vectors vectors -> vectors(vectors, failures);
      case Figures.Scores scores -> scores(scores, failures);
    }
    double unchanged = yardstick.allowed(limits.invariance(), figures.largest());
    invariance.forEach((variation, value) -> {
      if (!(value <= unchanged)) {
        failures.add(
            String.format(
                Locale.ROOT,
                "A change of %s changes a vector by %.3g, allowed is %.3g.",
                variation.key(),
                value,
                unchanged));
      }
    });
    return failures;
  }

  private void vectors(Figures.Vectors figures, List<String> failures) {
    if (!(limits instanceof Limits.Vectors least)) {
      failures.add("There are no limits for vectors.");
      return;
    }
    if (!(figures.cosineMin() >= least.cosineMin())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "The smallest cosine is %.7f, at least %.7f is needed.",
              figures.cosineMin(),
              least.cosineMin()));
    }
    if (!(figures.cosineMean() >= least.cosineMeanMin())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "The mean cosine is %.7f, at least %.7f is needed.",
              figures.cosineMean(),
              least.cosineMeanMin()));
    }
    agreement(figures.agreement(), least.agreementMin(), failures);
  }

  private static void agreement(Agreement found, Agreement least, List<String> failures) {
    if (!(found.nearest() >= least.nearest())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "Of the nearest neighbours %.1f %% agree, at least %.1f %% are needed.",
              found.nearest() * 100,
              least.nearest() * 100));
    }
    if (!(found.tenNearest() >= least.tenNearest())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "Of the ten nearest neighbours %.1f %% agree, at least %.1f %% are needed.",
              found.tenNearest() * 100,
              least.tenNearest() * 100));
    }
    if (!(found.order() >= least.order())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "The rank correlation of all cosines is %.6f, at least %.6f is needed.",
              found.order(),
              least.order()));
    }
  }

  private void scores(Figures.Scores figures, List<String> failures) {
    if (!(limits instanceof Limits.Scores least)) {
      failures.add("There are no limits for scores.");
      return;
    }
    if (!(figures.rankingAgreement() >= least.rankingAgreementMin())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "Of all pairs %.1f %% stand in the same order, at least %.1f %% are needed.",
              figures.rankingAgreement() * 100,
              least.rankingAgreementMin() * 100));
    }
    if (!(figures.firstAgreement() >= least.firstAgreementMin())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "Of the best documents %.1f %% agree, at least %.1f %% are needed.",
              figures.firstAgreement() * 100,
              least.firstAgreementMin() * 100));
    }
  }

  /// Returns a sentence on a value on which the two sides part.
  static String quote(Reference reference, Divergence at) {
    String words = reference.words();
    int end = Math.min(words.length(), QUOTED_CHARS_MAX);
    String start = words.substring(0, end).replace('\n', ' ') + (end < words.length() ? "…" : "");
    return String.format(
        Locale.ROOT,
        "The first text that differs is number %d, \"%s\", at value %s: expected %.8g, got %.8g.",
        at.text() + 1,
        start,
        place(reference, at.value()),
        at.expected(),
        at.actual());
  }

  private static String place(Reference reference, int value) {
    int width = Yardstick.of(reference.output()).width();
    return switch (reference.output()) {
      case Output.Embedding _, Output.Sparse _, Output.Score _ -> Integer.toString(value);
      case Output.Lexical _, Output.MultiVector _ ->
          value % width + " of token " + (value / width + 1);
    };
  }
}
