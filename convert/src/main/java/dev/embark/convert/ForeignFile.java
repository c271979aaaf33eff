package dev.embark.convert;

import dev.embark.backend.Backend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Variant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Engine;
import dev.embark.embed.ModelFiles;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.References;
import dev.embark.verify.Replay;
import dev.embark.verify.Report;
import dev.embark.verify.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An ONNX file that others wrote, held against what the original says of a bundle's probes.
///
/// @param precision whose limits it is held against
/// @param quantized how often each quantised operator is used
/// @param notes what a reader should know of the comparison, in sentences
public record ForeignFile(
    Precision precision, Map<String, Integer> quantized, List<String> notes, Report report) {
  public ForeignFile {
    quantized = Map.copyOf(quantized);
    notes = List.copyOf(notes);
  }

  /// Compares a file with the proof of a bundle of the same model. Throws a `Problem` where the
  /// bundle has none, or where the file takes or gives other things than the model.
  ///
  /// @param precision whose limits are to be taken; empty: those that the file's operators ask for
  public static ForeignFile judge(
      Path file, Bundle bundle, Optional<Precision> precision, Backend backend, Progress progress) {
    var references = References.read(bundle.file(references(bundle)), bundle.manifest().pipeline());
    var content = ForeignContent.of(file);
    var limitsOf = precision.orElse(content.precision());
    var pipeline = bundle.manifest().pipeline();
    var limits = Tolerance.of(limitsOf.key(), Target.Onnx.KEY, pipeline);
    var chain = Chain.ofOneFile("file", backend.name(), file.toAbsolutePath().toString());
    var files = ModelFiles.of(bundle, chain);
    var foreign = new ForeignBackend(backend, pipeline.outputs());
    try (var engine = Engine.open(files, foreign, EmbedSettings.defaults())) {
      var report = Replay.run(engine, references, limits, progress);
      var notes = new ArrayList<>(foreign.notes());
      notes.addAll(content.notes());
      return new ForeignFile(limitsOf, content.quantized(), notes, report);
    }
  }

  private static String references(Bundle bundle) {
    return bundle.manifest().variants().stream()
        .map(Variant::proof)
        .filter(Proof.Proven.class::isInstance)
        .map(proof -> ((Proof.Proven) proof).references())
        .findFirst()
        .orElseThrow(() ->
            new Problem(
                Category.BAD_INPUT,
                bundle.folder() + " has no proof.",
                "It was converted with --skip-verification, so nothing says what is right.",
                "Convert the model again, or name the checkpoint instead of the bundle."));
  }
}
