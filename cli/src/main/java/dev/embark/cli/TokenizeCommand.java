package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.bundle.Pipeline;
import dev.embark.checkpoint.Description;
import dev.embark.format.json.Json;
import dev.embark.source.Wanted;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `embark tokenize`: texts become token ids, as the model would be given them.
@Command(name = "tokenize", description = "Turns texts into token ids, one JSON array a line.")
final class TokenizeCommand implements Action {
  @Parameters(
      index = "0",
      paramLabel = "DIR|MODEL",
      description = "A bundle, or a model as `embark convert` takes it.")
  private String model;

  @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to tokenize.")
  private List<String> texts = new ArrayList<>();

  @Mixin private InputOption input = new InputOption();

  @Mixin private ModelOptions options = new ModelOptions();

  /// A tokenizer and the limit it is used with.
  private record Ready(Tokenizer tokenizer, int maxTokens) {}

  @Override
  public Answer run(Console console) {
    input.requireEither(texts, "tokenize");
    var ready = ready(console);
    var document = new ArrayList<int[]>();
    if (!texts.isEmpty()) {
      encode(texts.iterator(), ready, console, document);
    } else {
      try (var file = TextInput.open(input.file().orElseThrow())) {
        encode(file, ready, console, document);
      }
    }
    return Answer.done(() -> {
      var rows = Json.array();
      for (var ids : document) {
        var row = rows.addArray();
        Arrays.stream(ids).forEach(row::add);
      }
      return rows;
    });
  }

  private static void encode(
      Iterator<String> texts, Ready ready, Console console, List<int[]> document) {
    var tokens = new Tokens();
    while (texts.hasNext()) {
      ready.tokenizer().encode(texts.next(), ready.maxTokens(), tokens);
      switch (console.format()) {
        case TEXT -> console.line(Arrays.toString(tokens.toIds()));
        case JSON -> document.add(tokens.toIds());
      }
    }
  }

  private Ready ready(Console console) {
    var bundle = Workshop.bundleAt(model);
    if (bundle.isPresent()) {
      return open(bundle.get(), Bundle.open(bundle.get()).manifest().pipeline());
    }
    var fetched = new Workshop(console).fetch(model, Wanted.WITHOUT_WEIGHTS);
    var description = Description.read(fetched, options.instructions());
    try (var temporary = TemporaryFolder.create()) {
      description.packaging().writeTo(temporary.path());
      return open(temporary.path(), description.pipeline());
    }
  }

  private static Ready open(Path folder, Pipeline pipeline) {
    return new Ready(Tokenizer.open(folder, pipeline.reading().letters()), pipeline.maxTokens());
  }
}
