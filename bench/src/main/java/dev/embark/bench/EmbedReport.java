package dev.embark.bench;

import dev.embark.bench.SideBySide.Round;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What came out of [EmbedBenchmark]: the first row is the one that others are compared with.
record EmbedReport(int texts, long tokens, int threads, List<Row> rows) {
  EmbedReport {
    rows = List.copyOf(rows);
  }

  /// One contender.
  ///
  /// @param peak resident memory in MB of a process of its own, mapped files included
  record Row(String name, List<Round> rounds, Cosines cosines, double peak) {
    Row {
      rounds = List.copyOf(rounds);
    }

    double seconds() {
      return Median.of(rounds.stream().map(Round::seconds).toList());
    }

    double cpuSeconds() {
      return Median.of(rounds.stream().map(Round::cpuSeconds).toList());
    }
  }

  String toMarkdown() {
    var first = rows.getFirst();
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            """
            %d texts, %d tokens, %d threads each, medians of %d interleaved rounds

            | | texts/s | tokens/s | ratio | CPU ms/text | ratio | peak MB | cosine mean | min |
            |---|---|---|---|---|---|---|---|---|
            """,
            texts,
            tokens,
            threads,
            first.rounds().size()));
    for (var row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.0f | %.2f | %.2f | %.2f | %.0f | %.9f | %.9f |%n",
              row.name(),
              texts / row.seconds(),
              tokens / row.seconds(),
              first.seconds() / row.seconds(),
              row.cpuSeconds() / texts * 1e3,
              first.cpuSeconds() / row.cpuSeconds(),
              row.peak(),
              row.cosines().mean(),
              row.cosines().min()));
    }
    text.append('\n');
    for (var row : rows) {
      text.append(row.name()).append(", seconds a round: ").append(seconds(row)).append('\n');
    }
    return text.toString();
  }

  private static String seconds(Row row) {
    return row.rounds().stream()
        .map(round -> String.format(Locale.ROOT, "%.2f", round.seconds()))
        .collect(Collectors.joining(" "));
  }

  /// Draws texts a second into a file.
  void draw(Path file) {
    var first = rows.getFirst();
    var bars =
        rows.stream()
            .map(row ->
                new BarChart.Bar(
                    row.name(),
                    texts / row.seconds(),
                    String.format(
                        Locale.ROOT,
                        "%.0f (× %.2f)",
                        texts / row.seconds(),
                        first.seconds() / row.seconds()),
                    row.equals(first) ? BarChart.Side.OTHERS : BarChart.Side.OURS))
            .toList();
    var chart = new BarChart("texts a second, all-MiniLM-L6-v2, " + threads + " threads", bars);
    try {
      Files.writeString(file, chart.toSvg());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
