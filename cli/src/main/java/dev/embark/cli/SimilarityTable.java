package dev.embark.cli;

import dev.embark.verify.Comparison;
import java.util.List;
import java.util.Locale;

/// Cosines of every pair of texts as a table: the nearer two texts are, the fuller the bar.
final class SimilarityTable {
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";
  private static final int BAR_CELLS = 3;

  private SimilarityTable() {}

  static void print(List<String> texts, List<float[]> vectors, Console console) {
    int width = texts.stream().mapToInt(String::length).max().orElse(0);
    var head = new StringBuilder(" ".repeat(width + 4));
    for (int i = 1; i <= texts.size(); i++) {
      head.append(String.format(Locale.ROOT, "%-10s", "[" + i + "]"));
    }
    console.line(head.toString().stripTrailing());
    for (int row = 0; row < texts.size(); row++) {
      var line = new StringBuilder();
      line.append("[").append(row + 1).append("] ").append(texts.get(row));
      line.append(" ".repeat(width - texts.get(row).length()));
      for (var other : vectors) {
        double cosine = Comparison.cosine(vectors.get(row), other);
        line.append(String.format(Locale.ROOT, "%5.2f ", cosine)).append(bar(cosine)).append(' ');
      }
      console.line(line.toString().stripTrailing());
    }
  }

  private static String bar(double share) {
    int eighths = (int) Math.round(Math.clamp(share, 0.0, 1.0) * BAR_CELLS * 8);
    var bar = new StringBuilder();
    for (int cell = 0; cell < BAR_CELLS; cell++) {
      bar.append(EIGHTHS.charAt(Math.clamp(eighths - cell * 8L, 0, 8)));
    }
    return bar.toString();
  }
}
