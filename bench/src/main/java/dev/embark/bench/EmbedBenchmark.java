package dev.embark.bench;

import static java.util.Objects.requireNonNull;

import dev.embark.embed.EmbedSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
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
      contenders.add(new LangChain4j(threads));
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
    double slowest = wall(results, theirs);
    long tokens = tokens(contenders, texts);
    System.out.printf(
        Locale.ROOT,
        "%d texts, %d tokens, %d threads, medians of %d interleaved rounds%n%n",
        texts.size(),
        tokens,
        threads,
        rounds);
    System.out.println(
        "| | texts/s | tokens/s | ratio | CPU ms/text | ratio | cosine mean | min |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (var contender : contenders) {
      double seconds = wall(results, contender);
      double cpu = cpu(results, contender);
      var cosines = Cosines.of(reference, contender.embed(texts));
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.0f | %.2f | %.2f | %.2f | %.9f | %.9f |%n",
          contender.name(),
          texts.size() / seconds,
          tokens / seconds,
          slowest / seconds,
          cpu / texts.size() * 1e3,
          cpu(results, theirs) / cpu,
          cosines.mean(),
          cosines.min());
    }
    System.out.println();
    results.forEach((name, all) ->
        System.out.println(
            name
                + ": "
                + all.stream()
                    .map(round -> String.format(Locale.ROOT, "%.2f", round.seconds()))
                    .collect(Collectors.joining(" "))
                + " s"));
  }

  private static double wall(Map<String, List<SideBySide.Round>> results, Contender contender) {
    return Median.of(rounds(results, contender).stream().map(r -> r.seconds()).toList());
  }

  private static double cpu(Map<String, List<SideBySide.Round>> results, Contender contender) {
    return Median.of(rounds(results, contender).stream().map(r -> r.cpuSeconds()).toList());
  }

  private static List<SideBySide.Round> rounds(
      Map<String, List<SideBySide.Round>> results, Contender contender) {
    return requireNonNull(results.get(contender.name()), contender.name());
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
