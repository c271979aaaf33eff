package dev.embark.bench;

import static java.util.Objects.requireNonNull;

import dev.embark.embed.EmbedSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `embark-bench embed`: texts to vectors, bundles of all-MiniLM-L6-v2 beside LangChain4j.
@Command(
    name = "embed",
    description = "Embeds mixed texts with LangChain4j and with bundles of all-MiniLM-L6-v2.")
final class EmbedBenchmark implements Runnable {
  /// Where LangChain4j cuts every text of this model.
  private static final int TOKENS_MAX = 128;

  @Parameters(paramLabel = "BUNDLE", arity = "1..*", description = "Bundles of all-MiniLM-L6-v2.")
  private List<Path> bundles = new ArrayList<>();

  @Option(names = "--data", paramLabel = "DIR", defaultValue = "../shared/data")
  private Path data = Path.of("");

  @Option(names = "--texts", paramLabel = "N", defaultValue = "1500")
  private int count;

  @Option(names = "--rounds", paramLabel = "N", defaultValue = "7")
  private int rounds;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "2")
  private int threads;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      split = ",",
      defaultValue = "512",
      description = "Tokens in a batch of ours; several values are measured side by side.")
  private List<Integer> batchTokens = new ArrayList<>();

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Also draw the texts a second as a bar chart.")
  private List<Path> pictures = new ArrayList<>();

  @Option(
      names = "--alone",
      paramLabel = "NAME",
      description = "Run only this contender, once, and print its peak memory in MB.")
  private List<String> alone = new ArrayList<>();

  @Override
  public void run() {
    var texts = new Corpus(data).mixed(count);
    var contenders = contenders();
    try {
      if (alone.isEmpty()) {
        compare(contenders, texts);
      } else {
        contenders.getFirst().embed(texts);
        System.out.printf(Locale.ROOT, "%.0f%n", ProcessMemory.ofSelf().peak());
      }
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private List<Contender> contenders() {
    var contenders = new ArrayList<Contender>();
    if (isWanted(LangChain4j.NAME)) {
      contenders.add(LangChain4j.open(threads));
    }
    if (isWanted(LangChain4j.QUANTIZED_NAME)) {
      contenders.add(LangChain4j.openQuantized(threads));
    }
    for (var bundle : bundles) {
      for (int tokens : batchTokens) {
        var name = "Embark " + bundle.getFileName() + (batchTokens.size() > 1 ? " " + tokens : "");
        if (isWanted(name)) {
          var settings = EmbedSettings.defaults().withCallers(threads).withBatch(tokens, 64);
          contenders.add(new EmbarkBundle(name, bundle, TOKENS_MAX, settings));
        }
      }
    }
    return contenders;
  }

  private boolean isWanted(String name) {
    return alone.isEmpty() || alone.contains(name);
  }

  private void compare(List<Contender> contenders, List<String> texts) {
    var results = new SideBySide(contenders, texts).run(rounds);
    var theirs = contenders.getFirst();
    var reference = theirs.embed(texts);
    var rows = new ArrayList<EmbedReport.Row>();
    for (var contender : contenders) {
      rows.add(
          new EmbedReport.Row(
              contender.name(),
              requireNonNull(results.get(contender.name()), contender.name()),
              Cosines.of(reference, contender.embed(texts)),
              peakAlone(contender.name())));
    }
    var report = new EmbedReport(texts.size(), tokens(contenders, texts), threads, rows);
    System.out.println(report.toMarkdown());
    pictures.forEach(report::draw);
  }

  /// Returns the peak memory of a process in which only this contender works; `0` where it fails.
  private double peakAlone(String name) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "embed",
                "--alone=" + name,
                "--data=" + data,
                "--texts=" + count,
                "--threads=" + threads));
    bundles.forEach(bundle -> command.add(bundle.toString()));
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (var output = process.inputReader()) {
        return output.lines().mapToDouble(Double::parseDouble).findFirst().orElse(0);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long tokens(List<Contender> contenders, List<String> texts) {
    for (var contender : contenders) {
      if (contender instanceof EmbarkBundle bundle) {
        return bundle.embeddings(texts).stream().mapToLong(each -> each.tokens()).sum();
      }
    }
    return 0;
  }
}
