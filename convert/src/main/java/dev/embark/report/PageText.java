package dev.embark.report;

import dev.embark.bundle.Figures;
import dev.embark.bundle.FileDigest;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.bundle.Variant.Layer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// The page of a bundle: verdict, variants beside each other, each on its own, and where all of it
/// comes from.
///
/// @param machine on which the page was made, in words
record PageText(Manifest manifest, List<String> machine, List<Chapter> chapters) {
  private static final double MEGA = 1e6;
  private static final String CSS = "report.css";

  PageText {
    machine = List.copyOf(machine);
    chapters = List.copyOf(chapters);
  }

  String toHtml() {
    var page = new Html();
    page.raw("<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n")
        .raw("<meta name='viewport' content='width=device-width, initial-scale=1'>\n")
        .element("title", verdict() + ": " + manifest.source().reference())
        .raw("<style>\n" + css() + "</style>\n</head>\n<body>\n<main>\n");
    head(page);
    variants(page);
    chapters.forEach(chapter -> new ChapterText(chapter).writeTo(page));
    provenance(page);
    return page.raw("</main>\n</body>\n</html>\n").toString();
  }

  private static String css() {
    try (var resource = PageText.class.getResourceAsStream(CSS)) {
      if (resource == null) {
        throw new IllegalStateException(CSS + " is not on the class path");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String verdict() {
    if (chapters.isEmpty()) {
      return "UNPROVEN";
    }
    return chapters.stream().allMatch(Chapter::isPass) ? "PASS" : "FAIL";
  }

  private void head(Html page) {
    var model = manifest.model();
    page.raw("<p class='verdict" + (verdict().equals("PASS") ? "" : " fail") + "'>")
        .raw(verdict())
        .raw("</p>\n")
        .element("h1", manifest.source().reference())
        .element("p", sentence())
        .element(
            "p class='faint'",
            String.format(
                Locale.ROOT,
                "%s, %d layers, hidden %d, %,d parameters, %d tokens at most",
                model.architecture(),
                model.layers(),
                model.hiddenSize(),
                model.parameters(),
                manifest.pipeline().maxTokens()))
        .element("h3", "Compared with")
        .raw("<ul>\n");
    chapters.stream()
        .findFirst()
        .map(chapter -> ((Proof.Proven) chapter.variant().proof()).witnesses())
        .orElse(List.of())
        .forEach(testimony -> page.element("li", words(testimony)));
    page.raw("</ul>\n");
  }

  private String sentence() {
    return switch (verdict()) {
      case "PASS" ->
          "Every variant is within its limits: the vectors are those of the original, as exactly as"
              + " its precision allows.";
      case "FAIL" -> "At least one variant is beyond its limits. Do not use its vectors.";
      default -> "Verification was skipped: nothing proves that the vectors are right.";
    };
  }

  private static String words(Testimony testimony) {
    return switch (testimony) {
      case Testimony.Vectors(_, var description, var output, var figures) ->
          description + " (" + output + ", " + figures.texts() + " texts)";
      case Testimony.Similarities(_, var source, int pairs, double maxAbs) ->
          String.format(
              Locale.ROOT, "%d published similarities, met within %.1e: %s", pairs, maxAbs, source);
    };
  }

  private void variants(Html page) {
    long largest = chapters.stream().mapToLong(Chapter::bytes).max().orElse(1);
    double slowest = chapters.stream().mapToDouble(Chapter::perSecond).min().orElse(1);
    page.element("h2", "Variants")
        .raw("<div class='scroll'><table>\n<tr><th>variant</th><th>verdict</th>")
        .raw("<th class='number'>MB</th><th class='number'>size</th>")
        .raw("<th class='number'>texts/s</th><th class='number'>speed</th>")
        .raw("<th class='number'>mean cosine</th><th class='number'>smallest</th>")
        .raw("<th class='number'>same nearest</th></tr>\n");
    for (var chapter : chapters) {
      page.raw("<tr>")
          .element("td", chapter.variant().name())
          .element(
              chapter.isPass() ? "td class='good'" : "td class='bad'",
              chapter.isPass() ? "PASS" : "FAIL");
      number(page, "%.1f", chapter.bytes() / MEGA);
      number(page, "%.2f", (double) chapter.bytes() / largest);
      number(page, "%.0f", chapter.perSecond());
      number(page, "× %.2f", chapter.perSecond() / slowest);
      figures(page, chapter.outputs().getFirst().figures());
      page.raw("</tr>\n");
    }
    page.raw("</table></div>\n")
        .element(
            "p class='faint'",
            "Sizes are shares of the largest variant, speeds multiples of the slowest. Speed was"
                + " measured for this page, round by round in turn, on short texts: "
                + String.join(", ", machine)
                + ".");
  }

  private static void figures(Html page, Figures figures) {
    switch (figures) {
      case Figures.Vectors vectors -> {
        number(page, "%.6f", vectors.cosineMean());
        number(page, "%.6f", vectors.cosineMin());
        number(page, "%.1f %%", vectors.agreement().nearest() * 100);
      }
      case Figures.Scores scores ->
          page.raw("<td colspan='3' class='number'>")
              .raw(
                  String.format(Locale.ROOT, "same order %.1f %%", scores.rankingAgreement() * 100))
              .raw("</td>");
    }
  }

  static void number(Html page, String format, double value) {
    page.raw("<td class='number'>").raw(String.format(Locale.ROOT, format, value)).raw("</td>");
  }

  private void provenance(Html page) {
    page.element("h2", "Where it comes from").raw("<table>\n");
    row(page, "source", manifest.source().reference());
    row(page, "revision", manifest.source().revision());
    row(page, "converted by", "Embark " + manifest.embarkVersion());
    row(page, "page made on", String.join(", ", machine));
    for (var chapter : chapters) {
      var recipe = chapter.variant().recipe();
      row(
          page,
          "recipe of " + chapter.variant().name(),
          recipe.target()
              + ", "
              + recipe.flavor()
              + (recipe.opset() == 0 ? "" : ", opset " + recipe.opset())
              + ", passes "
              + recipe.passes());
      row(page, "calibrated on", recipe.calibration());
    }
    page.raw("</table>\n");
    files(page, "Files of the source", manifest.source().files());
    files(page, "Files of the bundle", manifest.files());
  }

  private static void row(Html page, String name, String value) {
    if (!value.isEmpty()) {
      page.raw("<tr>").element("th", name).element("td class='text'", value).raw("</tr>\n");
    }
  }

  private static void files(Html page, String title, List<FileDigest> files) {
    page.element("h3", title)
        .raw("<div class='scroll'><table>\n")
        .raw("<tr><th>file</th><th class='number'>bytes</th><th>sha256</th></tr>\n");
    for (var file : files) {
      page.raw("<tr>").element("td class='text'", file.path());
      page.raw(String.format(Locale.ROOT, "<td class='number'>%,d</td>", file.size()));
      page.element("td class='digest'", file.sha256()).raw("</tr>\n");
    }
    page.raw("</table></div>\n");
  }

  static long kept(List<Layer> layers) {
    return layers.stream().filter(Layer::isKept).count();
  }
}
