package dev.embark.cli;

import dev.embark.bundle.Variant;
import dev.embark.timing.Timing;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// How long variants take, a line for each length: the longer it takes, the longer the bar.
final class TimingTable {
  private static final int BAR_CELLS = 20;
  private static final double MILLIS = 1_000;
  private static final int HEAD_WIDTH = "variant".length();
  private static final String HEAD = " tokens   ms a text   texts/s";

  private TimingTable() {}

  static void print(Map<Variant, List<Timing.Length>> timed, Console console) {
    int width = timed.keySet().stream().mapToInt(each -> each.name().length()).max().orElse(0);
    double longest =
        timed.values().stream()
            .flatMap(List::stream)
            .mapToDouble(Timing.Length::whole)
            .max()
            .orElse(1);
    console.line("variant" + " ".repeat(Math.max(0, width - HEAD_WIDTH)) + HEAD);
    timed.forEach((variant, lengths) ->
        lengths.forEach(length -> console.line(line(variant.name(), width, length, longest))));
  }

  private static String line(String name, int width, Timing.Length length, double longest) {
    var bar = "█".repeat((int) Math.ceil(length.whole() / longest * BAR_CELLS));
    var stages =
        length.stages().size() < 2
            ? ""
            : length.stages().entrySet().stream()
                .map(each -> String.format(Locale.ROOT, "%s %.2f", each.getKey(), each.getValue()))
                .collect(Collectors.joining(", ", "  (one run: ", " ms)"));
    return String.format(
            Locale.ROOT,
            "%-" + Math.max(HEAD_WIDTH, width) + "s %6d %11.2f %9.0f  %s%s",
            name,
            length.tokens(),
            length.whole(),
            MILLIS / length.whole(),
            bar,
            stages)
        .stripTrailing();
  }
}
