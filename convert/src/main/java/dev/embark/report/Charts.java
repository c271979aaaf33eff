package dev.embark.report;

import dev.embark.bundle.Variant.Layer;
import dev.embark.report.Evidence.Point;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Pictures of a page, in its own colours.
final class Charts {
  private static final int SIDE = 300;
  private static final int MARGIN = 36;
  private static final int PLOT = SIDE - MARGIN - 10;
  private static final int LAYERS_MAX = 24;

  private Charts() {}

  /// Draws what two texts have in common on both sides: on the diagonal nothing has changed.
  static String scatter(List<Point> points) {
    double low =
        points.stream().mapToDouble(p -> Math.min(p.original(), p.converted())).min().orElse(0);
    double high =
        points.stream().mapToDouble(p -> Math.max(p.original(), p.converted())).max().orElse(1);
    double span = Math.max(1e-9, high - low);
    var svg = new Html();
    open(svg, SIDE, SIDE, "Similarities of the original and of the variant");
    svg.raw(
        String.format(
            Locale.ROOT,
            "<path class='axis' d='M%d 10V%dH%d'/>",
            MARGIN,
            10 + PLOT,
            MARGIN + PLOT));
    svg.raw(
        String.format(
            Locale.ROOT,
            "<path class='same' d='M%d %dL%d 10'/>",
            MARGIN,
            10 + PLOT,
            MARGIN + PLOT));
    for (var point : points) {
      svg.raw(
          String.format(
              Locale.ROOT,
              "<circle cx='%.1f' cy='%.1f' r='1.8'/>",
              MARGIN + (point.original() - low) / span * PLOT,
              10 + PLOT - (point.converted() - low) / span * PLOT));
    }
    label(svg, MARGIN, SIDE - 12, "start", String.format(Locale.ROOT, "%.2f", low));
    label(svg, MARGIN + PLOT, SIDE - 12, "end", String.format(Locale.ROOT, "%.2f", high));
    label(svg, MARGIN + PLOT / 2, SIDE - 4, "middle", "original");
    label(svg, MARGIN - 4, 18, "end", String.format(Locale.ROOT, "%.2f", high));
    label(svg, MARGIN - 4, 10 + PLOT, "end", String.format(Locale.ROOT, "%.2f", low));
    return svg.raw("</svg>\n").toString();
  }

  /// Draws how many values differ by how much.
  static String histogram(Histogram histogram) {
    var shares = histogram.shares();
    double highest = shares.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    var svg = new Html();
    open(svg, SIDE, SIDE, "How many values differ by how much");
    double width = (double) PLOT / shares.size();
    for (int bin = 0; bin < shares.size(); bin++) {
      double height = shares.get(bin) / highest * PLOT;
      svg.raw(
          String.format(
              Locale.ROOT,
              "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f'><title>%.1f %%</title></rect>",
              MARGIN + bin * width,
              10 + PLOT - height,
              width - 1,
              height,
              shares.get(bin) * 100));
      double exponent = Histogram.exponent(bin);
      if (exponent == Math.rint(exponent) && (int) exponent % 2 != 0 && bin > 0) {
        label(
            svg,
            (int) (MARGIN + bin * width),
            SIDE - 14,
            "middle",
            String.format(Locale.ROOT, "1e%d", (int) exponent));
      }
    }
    svg.raw(
        String.format(Locale.ROOT, "<path class='axis' d='M%d %dh%d'/>", MARGIN, 10 + PLOT, PLOT));
    label(svg, MARGIN - 4, 18, "end", String.format(Locale.ROOT, "%.0f %%", highest * 100));
    label(svg, MARGIN + PLOT / 2, SIDE - 2, "middle", "difference of a value");
    return svg.raw("</svg>\n").toString();
  }

  /// Lists the layers with the largest errors, a bar each.
  static String layers(List<Layer> layers) {
    double largest = layers.stream().mapToDouble(Layer::error).max().orElse(1);
    var table = new Html();
    table.raw("<table class='bars'>\n");
    layers.stream()
        .sorted(Comparator.comparingDouble(Layer::error).reversed())
        .limit(LAYERS_MAX)
        .forEach(layer ->
            table
                .raw("<tr>")
                .raw("<td class='name'>" + Html.escaped(layer.name()) + "</td>")
                .raw("<td>" + Html.escaped(layer.encoding()) + "</td>")
                .raw(
                    String.format(
                        Locale.ROOT, "<td class='number'>%.2f %%</td>", layer.error() * 100))
                .raw(
                    String.format(
                        Locale.ROOT,
                        "<td class='bar'><span class='%s' style='width:%.1f%%'></span></td></tr>\n",
                        layer.isKept() ? "kept" : "used",
                        layer.error() / Math.max(1e-12, largest) * 100)));
    return table.raw("</table>\n").toString();
  }

  private static void open(Html svg, int width, int height, String title) {
    svg.raw(
        String.format(
            Locale.ROOT,
            "<svg viewBox='0 0 %d %d' role='img' aria-label='%s'>",
            width,
            height,
            title));
  }

  private static void label(Html svg, int x, int y, String anchor, String words) {
    svg.raw(
        String.format(
            Locale.ROOT,
            "<text x='%d' y='%d' text-anchor='%s'>%s</text>",
            x,
            y,
            anchor,
            Html.escaped(words)));
  }
}
