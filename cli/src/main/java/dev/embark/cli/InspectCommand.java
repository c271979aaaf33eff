package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.bundle.Manifest;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.family.Families;
import dev.embark.format.json.Json;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.graph.Printer;
import dev.embark.problem.Problem;
import dev.embark.source.Wanted;
import dev.embark.tensor.Shape;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `embark inspect`: what a model, a weight file or a bundle holds.
@Command(
    name = "inspect",
    description = "Shows architecture, pipeline, tensors and sizes, and what Embark would do.")
final class InspectCommand implements Action {
  @Parameters(
      paramLabel = "MODEL|FILE|DIR",
      description = "A model as `embark convert` takes it, a .safetensors file, or a bundle.")
  private String subject;

  @Option(names = "--tensors", description = "List every tensor of a model.")
  private boolean tensors;

  @Option(names = "--graph", description = "Print the graph of a model, one line a node.")
  private boolean graph;

  @Mixin private ModelOptions options = new ModelOptions();

  /// A tensor as it is listed.
  private record Row(String name, String type, Shape shape) {}

  @Override
  public Answer run(Console console) {
    var path = Path.of(subject);
    if (Files.isRegularFile(path.resolve(Manifest.FILE_NAME))) {
      var bundle = Bundle.open(path);
      BundleReport.print(bundle, console);
      return Answer.done(() -> BundleReport.document(bundle));
    }
    if (subject.endsWith(".safetensors")) {
      return tensorFile(path, console);
    }
    return model(console);
  }

  private static Answer tensorFile(Path file, Console console) {
    try (var arena = Arena.ofConfined()) {
      var rows = new ArrayList<Row>();
      Safetensors.open(file, arena)
          .forEach((name, t) -> rows.add(new Row(name, t.type().name(), t.shape())));
      print(rows, console);
      return Answer.done(() -> document(rows));
    }
  }

  private Answer model(Console console) {
    var fetched = new Workshop(console).fetch(subject, Wanted.EVERYTHING);
    var description = Description.read(fetched, options.instructions());
    try (var checkpoint = Checkpoint.open(description)) {
      var rows = new ArrayList<Row>();
      for (var name : checkpoint.weights().names()) {
        rows.add(new Row(name, "", checkpoint.weights().shape(name)));
      }
      console.line("model     " + fetched.reference().text());
      console.line("config    " + String.join(", ", description.config().architectures()));
      BundleReport.printPipeline(description.pipeline(), console);
      description.pipeline().notes().forEach(note -> console.line("note      " + note));
      console.line("weights   " + total(rows));
      if (tensors) {
        print(rows, console);
      }
      var document = document(rows);
      document.put("model", fetched.reference().text());
      plan(checkpoint, console, document);
      return Answer.done(() -> document);
    }
  }

  /// Says what a conversion would do, or why it would not.
  private void plan(Checkpoint checkpoint, Console console, ObjectNode document) {
    try {
      var model = Families.build(checkpoint);
      console.line(
          String.format(
              Locale.ROOT,
              "plan      %s: %d nodes, %.1f M parameters; `embark convert` would take it",
              model.family(),
              model.graph().nodes().size(),
              model.graph().parameterCount() / 1e6));
      document.put("family", model.family()).put("parameters", model.graph().parameterCount());
      if (graph) {
        console.line(Printer.print(model.graph()).stripTrailing());
      }
    } catch (Problem e) {
      console.line("plan      `embark convert` would refuse it: " + e.getMessage());
      document.put("refused", e.getMessage());
    }
  }

  private static String total(List<Row> rows) {
    long count = rows.stream().mapToLong(row -> row.shape().elementCount()).sum();
    return String.format(Locale.ROOT, "%d tensors, %.1f M values", rows.size(), count / 1e6);
  }

  private static void print(List<Row> rows, Console console) {
    rows.forEach(row ->
        console.line(
            String.format(Locale.ROOT, "  %-4s %-18s %s", row.type(), row.shape(), row.name())));
  }

  private static ObjectNode document(List<Row> rows) {
    var document = Json.object();
    var list = document.putArray("tensors");
    for (var row : rows) {
      var shape = list.addObject().put("name", row.name()).putArray("shape");
      for (long size : row.shape().sizes()) {
        shape.add(size);
      }
    }
    return document;
  }
}
