package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxValue;
import dev.embark.graph.Graph;
import dev.embark.graph.Value;
import java.nio.file.Path;
import java.util.List;
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

  private OnnxTarget() {}

  /// Writes `graph` to `file`, which must not exist; above 2 GiB the weights go to `<name>_data`
  /// beside it. The same graph gives the same bytes.
  public static void emit(Graph graph, Flavor flavor, Path file) {
    OnnxFile.write(model(graph, flavor), file);
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
