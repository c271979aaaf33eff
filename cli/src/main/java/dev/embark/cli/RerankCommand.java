package dev.embark.cli;

import dev.embark.Embark;
import dev.embark.cli.ScoreLine.Numbers;
import dev.embark.embed.RerankRequest;
import dev.embark.embed.Reranker;
import dev.embark.embed.Score;
import dev.embark.embed.TextPair;
import dev.embark.format.json.Json;
import dev.embark.format.npy.NpyWriter;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;

/// `embark rerank`: documents in the order in which they fit a query.
@Command(
    name = "rerank",
    description = "Scores texts by how well they fit a query, and sorts them.")
final class RerankCommand implements Action {
  /// Texts of one query are sorted, and so held; more stand in a file of pairs.
  private static final int TEXTS_MAX = 100_000;

  @Parameters(index = "0", paramLabel = "DIR", description = "The bundle.")
  private Path bundle;

  @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to sort.")
  private List<String> texts = new ArrayList<>();

  @Mixin private BackendOption backend = new BackendOption();
  @Mixin private SimulateOption simulate = new SimulateOption();

  @Mixin private InputOption input = new InputOption();

  @Option(names = "--query", paramLabel = "TEXT", description = "What the texts should fit.")
  private Optional<String> query = Optional.empty();

  @Option(
      names = "--pairs",
      paramLabel = "FILE",
      description = "Instead: .jsonl with {\"query\": …, \"text\": …} a line, not sorted.")
  private Optional<Path> pairs = Optional.empty();

  @Option(names = "--top", paramLabel = "N", description = "Show the first N only.")
  private Optional<Integer> top = Optional.empty();

  @Option(names = "--raw", description = "Show the model's numbers before its activation.")
  private boolean raw;

  @Option(
      names = "--label",
      paramLabel = "NAME",
      description = "Sort by this score, where the model gives several.")
  private String label = "";

  @Option(
      names = "--instruction",
      paramLabel = "TEXT",
      description = "What to look for, where the model takes an instruction.")
  private String instruction = "";

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "All scores as a NumPy file (.npy), float32 [n, labels], in the order of the texts; must"
              + " not exist.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--explain",
      description = "Show the exact texts that are tokenized, and their token ids.")
  private boolean explain;

  @Mixin private TruncateOption truncate = new TruncateOption();

  @Override
  public Answer run(Console console) {
    checkWords();
    var request =
        RerankRequest.usual()
            .withTruncation(truncate.truncation())
            .withInstruction(instruction)
            .withLabel(label);
    try (var model = new Workshop(console).open(bundle, backend, simulate.devices())) {
      var lines =
          output.isPresent()
              ? saved(output.get(), model, request, console)
              : lines(model, request, console);
      noteTruncated(lines, console);
      model.handovers().forEach(console::note);
      return pairs.isPresent()
          ? show(lines, model.reranker(), request, console)
          : show(sorted(lines, model.reranker()), model.reranker(), request, console);
    }
  }

  private void checkWords() {
    if (pairs.isPresent()) {
      if (query.isPresent() || !texts.isEmpty() || input.file().isPresent()) {
        throw wrong("--pairs is given together with a query or texts.");
      }
      if (top.isPresent()) {
        throw wrong("--top is given with --pairs, which are not sorted.");
      }
      return;
    }
    if (query.isEmpty()) {
      throw wrong("There is no --query.");
    }
    input.requireEither(texts, "rerank");
    if (top.isPresent() && top.get() < 1) {
      throw wrong("--top " + top.get() + " is not a positive number.");
    }
  }

  private static Problem wrong(String what) {
    return new Problem(Category.WRONG_USAGE, what, "", "See `embark rerank --help`.");
  }

  private Numbers numbers() {
    return raw ? Numbers.LOGITS : Numbers.SCORES;
  }

  /// Scores all pairs, in their order.
  private List<ScoreLine> lines(Embark model, RerankRequest request, Console console) {
    var reranker = model.reranker();
    if (pairs.isEmpty() || !label.isEmpty()) {
      reranker.rankingLabel(label);
    }
    if (pairs.isPresent()) {
      try (var file = PairInput.open(pairs.get());
          var task = console.progress().begin("Scoring", 0, Progress.Unit.TEXTS)) {
        return score(reranker, file, request, task);
      }
    }
    if (!texts.isEmpty()) {
      var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
      return score(reranker, paired(texts.iterator()), request, task);
    }
    try (var file = TextInput.open(input.file().orElseThrow());
        var task = console.progress().begin("Scoring", 0, Progress.Unit.TEXTS)) {
      return score(reranker, paired(file), request, task);
    }
  }

  private Iterator<TextPair> paired(Iterator<String> documents) {
    var asked = query.orElseThrow();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return documents.hasNext();
      }

      @Override
      public TextPair next() {
        return new TextPair(asked, documents.next());
      }
    };
  }

  private static List<ScoreLine> score(
      Reranker reranker, Iterator<TextPair> pairs, RerankRequest request, Progress.Task task) {
    var lines = new ArrayList<ScoreLine>();
    var readAhead = new ReadAhead<>(pairs);
    reranker.score(
        readAhead,
        request,
        task,
        (index, score) -> {
          if (index >= TEXTS_MAX) {
            throw new Problem(
                Category.BAD_INPUT,
                "There are more than " + TEXTS_MAX + " texts.",
                "",
                "Score them in parts.");
          }
          lines.add(new ScoreLine(index, readAhead.take(), score));
        });
    return lines;
  }

  private List<ScoreLine> sorted(List<ScoreLine> lines, Reranker reranker) {
    int rank = reranker.rankingLabel(label);
    return lines.stream()
        .sorted(Comparator.comparing(ScoreLine::score, Score.bestFirst(rank)))
        .limit(top.orElse(Integer.MAX_VALUE))
        .toList();
  }

  private Answer show(
      List<ScoreLine> lines, Reranker reranker, RerankRequest request, Console console) {
    for (var line : lines) {
      console.line(line.row(shown(line, reranker)));
      if (explain) {
        line.explanation(reranker, request).forEach(console::line);
      }
    }
    return Answer.done(() -> document(lines, reranker, request));
  }

  /// Returns the number that ranks, or all where pairs are not ranked.
  private float[] shown(ScoreLine line, Reranker reranker) {
    float[] all = line.numbers(numbers());
    return pairs.isPresent() && label.isEmpty()
        ? all
        : new float[] {all[reranker.rankingLabel(label)]};
  }

  private ArrayNode document(List<ScoreLine> lines, Reranker reranker, RerankRequest request) {
    var document = Json.array();
    for (var line : lines) {
      var node = line.toJson(reranker.labels(), numbers());
      if (pairs.isEmpty()) {
        node.put("score", shown(line, reranker)[0]);
      }
      if (explain) {
        line.explain(node, reranker, request);
      }
      document.add(node);
    }
    return document;
  }

  /// Scores all pairs into a file, of which is known at once whether it can be written.
  private List<ScoreLine> saved(Path file, Embark model, RerankRequest request, Console console) {
    try (var writer = NpyWriter.create(file, model.reranker().labels().size())) {
      var lines = lines(model, request, console);
      lines.forEach(line -> writer.write(line.numbers(numbers())));
      writer.finish();
      return lines;
    }
  }

  private static void noteTruncated(List<ScoreLine> lines, Console console) {
    long cut = lines.stream().filter(line -> line.score().isTruncated()).count();
    if (cut > 0) {
      console.note(cut + " of " + lines.size() + " pairs were cut at the model's limit.");
    }
  }
}
