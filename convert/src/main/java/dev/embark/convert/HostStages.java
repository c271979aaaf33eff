package dev.embark.convert;

import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.Stage;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.graph.Graph;
import dev.embark.pass.Split;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/// What the host computes of a model whose layers are for a device: tables before them, pooling
/// behind.
///
/// @param name of the chain
record HostStages(String name, Stage prologue, Stage epilogue) {
  private static final String ONNX_RUNTIME = "onnxruntime";

  /// Writes both. Each variant has its own, so that one that fails its proof takes nothing of
  /// another along; tables that the host's whole model holds are not written again.
  static HostStages write(Graph graph, Recipe recipe, BundleWriter bundle) {
    var host = Split.of(graph);
    var precision = recipe.precision().key();
    var whole = bundle.file(Precision.FP32.file());
    var elsewhere =
        Files.isRegularFile(whole)
            ? OnnxFile.places(whole)
            : Map.<String, OnnxContent.Elsewhere>of();
    var prologue = stage("prologue", precision);
    var epilogue = stage("epilogue", precision);
    emit(host.prologue(), prologue, elsewhere, bundle);
    emit(host.epilogue(), epilogue, elsewhere, bundle);
    return new HostStages(recipe.target().key() + "-" + precision, prologue, epilogue);
  }

  private static Stage stage(String name, String precision) {
    var path = "onnx/%s-%s.onnx".formatted(name, precision);
    return new Stage(name, ONNX_RUNTIME, List.of(new StageFile(path, new Sequence.Any())));
  }

  private static void emit(
      Graph graph, Stage stage, Map<String, OnnxContent.Elsewhere> elsewhere, BundleWriter bundle) {
    var file = bundle.file(stage.files().getFirst().path());
    OnnxTarget.emit(graph, Flavor.PORTABLE, file, elsewhere);
  }

  /// Returns the chain with a device between both.
  Chain around(String backend, List<StageFile> files) {
    return new Chain(name, List.of(prologue, new Stage("trunk", backend, files), epilogue));
  }
}
