package dev.embark.bench;

import java.util.List;
import java.util.Locale;

/// Horizontal bars as an SVG picture that can be read on a light and on a dark page.
///
/// @param title what the bars count
record BarChart(String title, List<Bar> bars) {
  private static final int NAME_WIDTH = 170;
  private static final int BAR_WIDTH = 380;
  private static final int LABEL_WIDTH = 150;
  private static final int ROW = 30;
  private static final int TOP = 36;

  BarChart {
    bars = List.copyOf(bars);
  }

  /// A bar with the words at its end.
  record Bar(String name, double length, String label, Side side) {}

  /// Whose bar it is, which decides its colour.
  enum Side {
    OURS("#2f7ed8"),
    OTHERS("#b0b0b0");

    private final String colour;

    Side(String colour) {
      this.colour = colour;
    }
  }

  String toSvg() {
    double longest = bars.stream().mapToDouble(Bar::length).max().orElse(1);
    var rows = new StringBuilder();
    for (int i = 0; i < bars.size(); i++) {
      var bar = bars.get(i);
      rows.append(row(bar, TOP + i * ROW, bar.length() / longest * BAR_WIDTH));
    }
    return String.format(
        Locale.ROOT,
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" \
        font-size="14" fill="#7a7a7a">
        <text x="0" y="18">%s</text>
        %s</svg>
        """,
        NAME_WIDTH + BAR_WIDTH + LABEL_WIDTH,
        TOP + bars.size() * ROW,
        title,
        rows);
  }

  private static String row(Bar bar, int top, double width) {
    return String.format(
        Locale.ROOT,
        """
        <text x="0" y="%d">%s</text>\
        <rect x="%d" y="%d" width="%.0f" height="18" rx="2" fill="%s"/>\
        <text x="%.0f" y="%d">%s</text>
        """,
        top + 14,
        bar.name(),
        NAME_WIDTH,
        top,
        width,
        bar.side().colour,
        NAME_WIDTH + width + 8,
        top + 14,
        bar.label());
  }
}
