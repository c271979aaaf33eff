package dev.embark.cli;

import dev.embark.Embark;
import dev.embark.embed.EmbedRequest;
import dev.embark.embed.EmbedRequest.Dimensions;
import dev.embark.embed.Embedding;
import dev.embark.embed.Kind;
import dev.embark.embed.Sink;
import dev.embark.format.json.Json;
import dev.embark.format.npy.NpyWriter;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `embark embed`: texts become vectors.
@Command(name = "embed", description = "Turns texts into vectors.")
final class EmbedCommand implements Action {
  @Parameters(index = "0", paramLabel = "DIR", description = "The bundle.")
  private Path bundle;

  @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to embed.")
  private List<String> texts = new ArrayList<>();

  @Mixin private InputOption input = new InputOption();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Vectors as a NumPy file (.npy), float32 [n, dim]; must not exist.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--explain",
      description = "Show the exact text that is tokenized, and its token ids.")
  private boolean explain;

  @Mixin private BackendOption backend = new BackendOption();
  @Mixin private SimulateOption simulate = new SimulateOption();

  @Mixin private EmbedOptions options = new EmbedOptions();

  /// What a run has come to.
  private static final class Tally {
    private long texts;
    private long truncated;

    void count(Embedding embedding) {
      texts++;
      truncated += embedding.isTruncated() ? 1 : 0;
    }
  }

  @Override
  public Answer run(Console console) {
    input.requireEither(texts, "embed");
    var request = options.request();
    try (var model = new Workshop(console).open(bundle, backend, simulate.devices())) {
      var answer =
          output.isPresent()
              ? toFile(output.get(), model, request, console)
              : toLines(model, request, console);
      model
          .embedder()
          .advice(request)
          .ifPresent(advice -> console.note(advice + "\nGive --role query or --role document."));
      model.handovers().forEach(console::note);
      return answer;
    }
  }

  private Answer toFile(Path file, Embark model, EmbedRequest request, Console console) {
    var tally = new Tally();
    int dimension = dimension(model, request);
    try (var writer = NpyWriter.create(file, dimension)) {
      each(
          model,
          request,
          console,
          (_, _, embedding) -> {
            writer.write(embedding.vector());
            tally.count(embedding);
          });
      writer.finish();
    }
    console.line("Wrote " + tally.texts + " vectors of " + dimension + " values to " + file + ".");
    noteTruncated(tally, model, console);
    return Answer.done(() ->
        Json.object()
            .put("output", file.toString())
            .put("texts", tally.texts)
            .put("dimension", dimension)
            .put("truncated", tally.truncated));
  }

  /// Returns the length of the vectors that go into a file.
  private int dimension(Embark model, EmbedRequest request) {
    var kinds = Kind.asked(request, model.embedder().pipeline());
    if (!kinds.equals(Set.of(Kind.DENSE)) || explain) {
      throw new Problem(
          Category.WRONG_USAGE,
          "--output takes one vector a text, and nothing else.",
          "A NumPy file holds a row of equal length for each text.",
          "Leave --output out; each text is then a line of JSON.");
    }
    return switch (request.dimensions()) {
      case Dimensions.All() -> model.dimension();
      case Dimensions.First(int count) -> count;
    };
  }

  private Answer toLines(Embark model, EmbedRequest request, Console console) {
    var tally = new Tally();
    var kinds = Kind.asked(request, model.embedder().pipeline());
    var document = new ArrayList<String>();
    each(
        model,
        request,
        console,
        (index, text, embedding) -> {
          var line = new EmbeddingLine(index, texts.isEmpty() ? "" : text, embedding);
          if (explain) {
            line.explained(
                model.embedder().exactText(text, request), model.embedder().encode(text, request));
          }
          var whole = line.with(embedding, kinds);
          switch (console.format()) {
            case TEXT -> console.line(whole);
            case JSON -> document.add(whole);
          }
          tally.count(embedding);
        });
    noteTruncated(tally, model, console);
    return Answer.done(() ->
        Json.parse(
            ("[" + String.join(",", document) + "]").getBytes(StandardCharsets.UTF_8),
            "embeddings"));
  }

  private static void noteTruncated(Tally tally, Embark model, Console console) {
    if (tally.truncated > 0) {
      console.note(
          tally.truncated
              + " of "
              + tally.texts
              + " texts were cut at "
              + model.embedder().pipeline().maxTokens()
              + " tokens, the model's limit.");
    }
  }

  /// Receives each text with its vector.
  private interface Receiver {
    void accept(long index, String text, Embedding embedding);

    /// Returns what hands over each text as it was read.
    default Sink<Embedding> of(ReadAhead<String> texts) {
      return (index, embedding) -> accept(index, texts.take(), embedding);
    }
  }

  private void each(Embark model, EmbedRequest request, Console console, Receiver receiver) {
    if (!texts.isEmpty()) {
      var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
      var words = new ReadAhead<>(texts.iterator());
      model.embedder().embed(words, request, task, receiver.of(words));
      return;
    }
    try (var file = TextInput.open(input.file().orElseThrow());
        var task = console.progress().begin("Embedding", 0, Progress.Unit.TEXTS)) {
      var lines = new ReadAhead<>(file);
      model.embedder().embed(lines, request, task, receiver.of(lines));
    }
  }
}
