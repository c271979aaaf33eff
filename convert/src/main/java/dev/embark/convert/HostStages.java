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
    return new HostStages(
        recipe.target().key() + "-" + precision,
        write("prologue", host.prologue(), precision, bundle),
        write("epilogue", host.epilogue(), precision, bundle));
  }

  private static Stage write(String name, Graph graph, String precision, BundleWriter bundle) {
    var path = "onnx/%s-%s.onnx".formatted(name, precision);
    var whole = bundle.file(Precision.FP32.file());
    var elsewhere =
        Files.isRegularFile(whole)
            ? OnnxFile.places(whole)
            : Map.<String, OnnxContent.Elsewhere>of();
    OnnxTarget.emit(graph, Flavor.PORTABLE, bundle.file(path), elsewhere);
    return new Stage(name, ONNX_RUNTIME, List.of(new StageFile(path, new Sequence.Any())));
  }

  /// Returns the chain with a device between both.
  Chain around(String backend, List<StageFile> files) {
    return new Chain(name, List.of(prologue, new Stage("trunk", backend, files), epilogue));
  }
}
