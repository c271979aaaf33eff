package dev.embark.cli;

import dev.embark.Embark;
import dev.embark.embed.Embedding;
import dev.embark.embed.Prompt;
import dev.embark.format.json.Json;
import dev.embark.format.npy.NpyWriter;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `embark embed`: texts become vectors.
@Command(name = "embed", description = "Turns texts into vectors.")
final class EmbedCommand implements Action {
  @Parameters(index = "0", paramLabel = "DIR", description = "The bundle.")
  private Path bundle;

  @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to embed.")
  private List<String> texts = new ArrayList<>();

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "Texts: .jsonl with {\"text\": …} a line, else a text a line.")
  private List<Path> input = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Vectors as a NumPy file (.npy), float32 [n, dim]; must not exist.")
  private List<Path> output = new ArrayList<>();

  @Option(
      names = "--prompt",
      paramLabel = "NAME",
      description = "Put this prompt of the model before each text.")
  private List<String> prompt = new ArrayList<>();

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
    if (texts.isEmpty() == input.isEmpty()) {
      throw new Problem(
          Category.WRONG_USAGE,
          texts.isEmpty() ? "There is nothing to embed." : "Both texts and --input are given.",
          "",
          "Give texts as arguments, or a file with --input.");
    }
    try (var model = new Workshop(console).open(bundle)) {
      var prompt = prompt();
      if (!output.isEmpty()) {
        return toFile(model, prompt, console);
      }
      return toLines(model, prompt, console);
    }
  }

  private Prompt prompt() {
    return prompt.isEmpty() ? new Prompt.Default() : new Prompt.Named(prompt.getFirst());
  }

  private Answer toFile(Embark model, Prompt prompt, Console console) {
    var file = output.getFirst();
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
            ("[" + String.join(",", document) + "]")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
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
    if (input.isEmpty()) {
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
    try (var file = TextInput.open(input.getFirst());
        var task = console.progress().begin("Embedding", 0, Progress.Unit.TEXTS)) {
      model
          .embedder()
          .embed(file, prompt, task, (index, embedding) -> receiver.accept(index, "", embedding));
    }
  }
}
