package dev.embark.cli;

import dev.embark.Embark;
import dev.embark.embed.Embedding;
import dev.embark.embed.Prompt;
import dev.embark.format.json.Json;
import dev.embark.format.npy.NpyWriter;
import dev.embark.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
      names = "--prompt",
      paramLabel = "NAME",
      description = "Put this prompt of the model before each text.")
  private Optional<String> prompt = Optional.empty();

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
    try (var model = new Workshop(console).open(bundle)) {
      var prompt = prompt();
      return output.isPresent()
          ? toFile(output.get(), model, prompt, console)
          : toLines(model, prompt, console);
    }
  }

  private Prompt prompt() {
    return prompt.<Prompt>map(Prompt.Named::new).orElseGet(Prompt.Default::new);
  }

  private Answer toFile(Path file, Embark model, Prompt prompt, Console console) {
    var tally = new Tally();
    try (var writer = NpyWriter.create(file, model.dimension())) {
      each(
          model,
          prompt,
          console,
          (_, _, embedding) -> {
            writer.write(embedding.vector());
            tally.count(embedding);
          });
      writer.finish();
    }
    console.line(
        "Wrote " + tally.texts + " vectors of " + model.dimension() + " values to " + file + ".");
    noteTruncated(tally, model, console);
    return Answer.done(() ->
        Json.object()
            .put("output", file.toString())
            .put("texts", tally.texts)
            .put("dimension", model.dimension())
            .put("truncated", tally.truncated));
  }

  private Answer toLines(Embark model, Prompt prompt, Console console) {
    var tally = new Tally();
    var document = new ArrayList<String>();
    each(
        model,
        prompt,
        console,
        (index, text, embedding) -> {
          var line = EmbeddingLine.of(index, text, embedding);
          switch (console.format()) {
            case TEXT -> console.line(line);
            case JSON -> document.add(line);
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
  }

  private void each(Embark model, Prompt prompt, Console console, Receiver receiver) {
    if (!texts.isEmpty()) {
      var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
      model
          .embedder()
          .embed(
              texts.iterator(),
              prompt,
              task,
              (index, embedding) -> receiver.accept(index, texts.get((int) index), embedding));
      return;
    }
    try (var file = TextInput.open(input.file().orElseThrow());
        var task = console.progress().begin("Embedding", 0, Progress.Unit.TEXTS)) {
      model
          .embedder()
          .embed(file, prompt, task, (index, embedding) -> receiver.accept(index, "", embedding));
    }
  }
}
