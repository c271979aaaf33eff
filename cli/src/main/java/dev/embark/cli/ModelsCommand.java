package dev.embark.cli;

import dev.embark.family.Families;
import dev.embark.format.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `embark models`: what can be converted.
@Command(
    name = "models",
    description = "Lists the supported architectures and well-known checkpoints of each.")
final class ModelsCommand implements Action {
  @Option(names = "--markdown", description = "Print the page docs/models.md instead of the list.")
  private boolean markdown;

  @Override
  public Answer run(Console console) {
    if (markdown) {
      ModelsPage.lines().forEach(console::line);
      return Answer.done(ModelsCommand::document);
    }
    for (var entry : Families.entries()) {
      console.line(
          entry.family()
              + " (model_type "
              + entry.modelType()
              + "): "
              + String.join(", ", entry.architectures()));
      console.line("  compared with " + entry.comparedWith());
      entry.checkpoints().forEach(checkpoint -> console.line("  " + checkpoint));
    }
    return Answer.done(ModelsCommand::document);
  }

  private static JsonNode document() {
    var document = Json.object();
    var families = document.putArray("families");
    for (var entry : Families.entries()) {
      var family =
          families
              .addObject()
              .put("family", entry.family())
              .put("model_type", entry.modelType())
              .put("compared_with", entry.comparedWith());
      var architectures = family.putArray("architectures");
      entry.architectures().forEach(architectures::add);
      var checkpoints = family.putArray("checkpoints");
      entry.checkpoints().forEach(checkpoints::add);
    }
    return document;
  }
}
