package dev.embark.report;

import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Variation;
import java.util.Locale;

/// What the page says of one variant.
record ChapterText(Chapter chapter) {
  private static final int QUOTED_CHARS_MAX = 120;

  void writeTo(Html page) {
    page.element("h2", "Variant " + chapter.variant().name());
    for (var output : chapter.outputs()) {
      if (chapter.outputs().size() > 1) {
        page.element("h3", output.output());
      }
      output.failures().forEach(failure -> page.element("p class='bad'", failure));
      figures(page, output);
      pictures(page, Evidence.named(chapter.evidence(), output.output()));
      worst(page, Evidence.named(chapter.evidence(), output.output()));
    }
    layers(page);
  }

  private static void figures(Html page, Judged output) {
    page.raw("<div class='scroll'><table>\n<tr><th>figure</th><th class='number'>measured</th>")
        .raw("<th class='number'>allowed</th><th></th></tr>\n");
    atMost(
        page, "largest difference of a value", output.figures().maxAbs(), output.limits().maxAbs());
    if (output.figures() instanceof Figures.Vectors vectors
        && output.limits() instanceof Limits.Vectors least) {
      atLeast(page, "smallest cosine", vectors.cosineMin(), least.cosineMin());
      atLeast(page, "mean cosine", vectors.cosineMean(), least.cosineMeanMin());
      var agreement = vectors.agreement();
      atLeast(page, "same nearest text", agreement.nearest(), least.agreementMin().nearest());
      atLeast(
          page,
          "same ten nearest texts",
          agreement.tenNearest(),
          least.agreementMin().tenNearest());
      atLeast(
          page,
          "rank correlation of similarities",
          agreement.order(),
          least.agreementMin().order());
    }
    if (output.figures() instanceof Figures.Scores scores
        && output.limits() instanceof Limits.Scores least) {
      atLeast(
          page, "pairs in the same order", scores.rankingAgreement(), least.rankingAgreementMin());
      atLeast(page, "same best document", scores.firstAgreement(), least.firstAgreementMin());
    }
    atMost(page, "values that are not finite", output.figures().nonFinite(), 0);
    for (var variation : Variation.values()) {
      if (output.invariance().containsKey(variation)) {
        atMost(
            page,
            "changed by " + words(variation),
            output.invariance().getOrDefault(variation, 0.0),
            output.limits().invariance());
      }
    }
    page.raw("</table></div>\n")
        .element(
            "p class='faint'",
            "Limits on values count for vectors of length 1; for others they are shares of the"
                + " largest value.");
  }

  private static String words(Variation variation) {
    return switch (variation) {
      case BATCH -> "being one of a batch";
      case ORDER -> "the order of the batch";
      case NEIGHBORS -> "shorter and longer neighbours";
      case PADDING -> "padding";
      case REPETITION -> "computing it again";
    };
  }

  private static void atMost(Html page, String name, double value, double most) {
    row(page, name, small("%.2e", value), "≤ " + small("%.1e", most), mark(most - value));
  }

  private static String small(String format, double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, format, value);
  }

  private static void atLeast(Html page, String name, double value, double least) {
    row(
        page,
        name,
        String.format(Locale.ROOT, "%.6f", value),
        String.format(Locale.ROOT, "≥ %.6f", least),
        mark(value - least));
  }

  /// A figure beyond its limit is only left unmarked: the verdict scales limits for vectors of
  /// other lengths than 1, and says above what is wrong.
  private static String mark(double spare) {
    return spare >= 0 ? "✓" : "";
  }

  private static void row(Html page, String name, String value, String limit, String mark) {
    page.raw("<tr>").element("td", name);
    page.element("td class='number'", value).element("td class='number'", limit);
    page.element("td class='good'", mark).raw("</tr>\n");
  }

  private static void pictures(Html page, Evidence evidence) {
    page.raw("<div class='pictures'>\n");
    if (!evidence.points().isEmpty()) {
      page.raw("<figure>").raw(Charts.scatter(evidence.points()));
      page.element(
          "figcaption",
          evidence.points().size()
              + " similarities of two texts, or scores of pairs: the original's to the right, this"
              + " variant's upwards. On the dashed line nothing has changed.");
      page.raw("</figure>\n");
    }
    page.raw("<figure>").raw(Charts.histogram(evidence.differences()));
    page.element(
        "figcaption",
        "Differences of single values: a bar is half a power of ten wide, the first takes all that"
            + " is smaller.");
    page.raw("</figure>\n</div>\n");
  }

  private static void worst(Html page, Evidence evidence) {
    page.element("h3", "Texts that are furthest off")
        .raw("<div class='scroll'><table>\n<tr><th class='number'>cosine</th>")
        .raw("<th class='number'>difference</th><th>text</th></tr>\n");
    for (var text : evidence.worst()) {
      page.raw("<tr>");
      PageText.number(page, "%.6f", text.cosine());
      PageText.number(page, "%.1e", text.maxAbs());
      page.element("td class='text'", quoted(text.words())).raw("</tr>\n");
    }
    page.raw("</table></div>\n");
  }

  private static String quoted(String words) {
    if (words.isEmpty()) {
      return "(the empty text)";
    }
    int end =
        words.offsetByCodePoints(
            0, Math.min(QUOTED_CHARS_MAX, words.codePointCount(0, words.length())));
    return end < words.length() ? words.substring(0, end) + "…" : words;
  }

  private void layers(Html page) {
    var layers = chapter.variant().layers();
    if (layers.isEmpty()) {
      return;
    }
    long kept = PageText.kept(layers);
    page.element("h3", "Error by layer")
        .element(
            "p class='faint'",
            "By how much quantising a layer changes its own result on the calibration texts, the"
                + " worst of "
                + layers.size()
                + " layers first. "
                + (kept == 0
                    ? "All of them are quantised."
                    : kept + " stay in fp32, as the answers of the whole model need it."))
        .raw(Charts.layers(layers));
  }
}
