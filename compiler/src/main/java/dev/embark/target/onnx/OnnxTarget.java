package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.format.onnx.OnnxInitializer;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxValue;
import dev.embark.graph.Graph;
import dev.embark.graph.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Graph to ONNX file.
///
/// Version 17 of the standard operators and version 8 of the file format are the oldest that know
/// what most graphs say, so that most runtimes in use read the result. Matrices in blocks that
/// share a scale need 21 and 10.
public final class OnnxTarget {
  private static final int OPSET = 17;
  private static final int OPSET_OF_BLOCKS = 21;
  private static final long IR_VERSION = 8;
  private static final long IR_VERSION_OF_BLOCKS = 10;
  private static final long MICROSOFT_OPSET = 1;

  /// What is smaller is not worth looking up in another file.
  private static final long SHARED_BYTES_MIN = 1 << 16;

  private OnnxTarget() {}

  /// Writes `graph` to `file`, which must not exist; above 2 GiB the weights go to `<name>_data`
  /// beside it. The same graph gives the same bytes.
  public static void emit(Graph graph, Flavor flavor, Path file) {
    emit(graph, flavor, file, Map.of());
  }

  /// Writes `graph`, likewise, without the constants that another file of the folder holds.
  ///
  /// @param elsewhere by their names; those of another type or shape are others
  public static void emit(
      Graph graph, Flavor flavor, Path file, Map<String, OnnxContent.Elsewhere> elsewhere) {
    var whole = model(graph, flavor);
    var initializers =
        whole.graph().initializers().stream().map(each -> shared(each, elsewhere)).toList();
    OnnxFile.write(whole.with(initializers), file);
  }

  private static OnnxInitializer shared(
      OnnxInitializer own, Map<String, OnnxContent.Elsewhere> elsewhere) {
    var content = own.content();
    boolean isLarge = content.type().bytes(content.shape().elementCount()) >= SHARED_BYTES_MIN;
    return Optional.ofNullable(elsewhere.get(own.name()))
        .filter(_ -> isLarge)
        .filter(other -> other.type() == content.type() && other.shape().equals(content.shape()))
        .map(other -> new OnnxInitializer(own.name(), other))
        .orElse(own);
  }

  /// Returns the version of the standard operator set that says `graph`.
  public static int opset(Graph graph) {
    boolean hasBlocks =
        graph.nodes().stream()
            .flatMap(node -> node.op().constants().stream())
            .anyMatch(constant -> EncodedLowering.isBlockwise(constant.weight()));
    return hasBlocks ? OPSET_OF_BLOCKS : OPSET;
  }

  static OnnxModel model(Graph graph, Flavor flavor) {
    int opset = opset(graph);
    var emitted = new NodeList(opset, flavor);
    var lowering = new Lowering(emitted, flavor);
    graph.nodes().forEach(lowering::lower);
    var opsets = new TreeMap<String, Long>();
    opsets.put("", (long) opset);
    switch (flavor) {
      case PORTABLE -> {}
      case ORT -> opsets.put(NodeList.MICROSOFT, MICROSOFT_OPSET);
    }
    var onnx =
        new OnnxGraph(
            graph.name(),
            values(graph.inputs()),
            values(graph.outputs()),
            emitted.nodes(),
            emitted.initializers());
    long ir = opset == OPSET ? IR_VERSION : IR_VERSION_OF_BLOCKS;
    return new OnnxModel(ir, opsets, "embark", "", new TreeMap<>(), onnx);
  }

  private static List<OnnxValue> values(List<Value> values) {
    return values.stream()
        .map(value -> new OnnxValue(value.name(), value.type(), value.shape()))
        .toList();
  }
}
