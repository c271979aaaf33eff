package dev.embark.target.coreml;

import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.family.Families;
import dev.embark.format.mlprogram.Metadata;
import dev.embark.graph.Graph;
import dev.embark.pass.FixShapes;
import dev.embark.pass.Pass;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.target.coreml.CoreMlSettings.Port;
import dev.embark.testing.Fixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Packages of the models under `testdata`.
final class Packages {
  private Packages() {}

  static CoreMlSettings settings(
      Fixture fixture, Graph graph, CoreMlPrecision precision, MilOpset opset) {
    var inputs = new ArrayList<Port>();
    for (var input : graph.inputs()) {
      if (!input.name().equals("token_type_ids")) {
        inputs.add(new Port(input.name(), input.name(), ""));
      }
    }
    return new CoreMlSettings(
        precision,
        fixture.name().equals("modernbert-cls")
            ? CoreMlSettings.Sensitive.WIDE
            : CoreMlSettings.Sensitive.AS_TRUNK,
        opset,
        64,
        inputs,
        new Port("sentence_embedding", "embeddings", ""),
        new Metadata("", "", "", "", Map.of()));
  }

  /// Writes the package of a fixture for texts of `sequence` tokens.
  static void write(
      Fixture fixture, int sequence, CoreMlPrecision precision, MilOpset opset, Path folder) {
    try (var checkpoint = open(fixture)) {
      var graph =
          Pass.applyAll(Families.build(checkpoint).graph(), List.of(FixShapes.of(1, sequence)));
      CoreMlTarget.emit(graph, settings(fixture, graph, precision, opset), folder);
    }
  }

  /// Writes one package with a program of the fixture for each of two lengths.
  static void writeTwo(Fixture fixture, int shorter, int longer, Path folder) {
    try (var checkpoint = open(fixture)) {
      var graphs = new TreeMap<String, Graph>();
      for (int length : new int[] {shorter, longer}) {
        var shapes = FixShapes.of(1, length);
        graphs.put(
            "tokens_" + length, Pass.applyAll(Families.build(checkpoint).graph(), List.of(shapes)));
      }
      var settings =
          settings(fixture, graphs.firstEntry().getValue(), CoreMlPrecision.FP32, MilOpset.COREML8);
      CoreMlTarget.emitAll(graphs, settings, folder);
    }
  }

  static Checkpoint open(Fixture fixture) {
    var fetched =
        new Sources(new SourceSettings(Map.of(), fixture.folder()), Progress.SILENT)
            .fetch(new ModelReference.Folder(fixture.folder()), Wanted.EVERYTHING);
    return Checkpoint.open(Description.read(fetched, Instructions.NONE));
  }
}
