package dev.embark.target.rknn;

import dev.embark.bundle.TrunkPorts;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.graph.Graph;
import dev.embark.graph.Op;
import dev.embark.tensor.Shape;
import java.nio.file.Path;

/// The trunk of a graph to the ONNX file that Rockchip's toolkit compiles.
public final class RknnTarget {
  private RknnTarget() {}

  /// Writes a trunk.
  ///
  /// @param trunk from the vectors of the tokens to those of the last layer, of fixed shapes, one
  ///   text
  /// @param file must not exist
  public static void emit(Graph trunk, Path file) {
    var graph = new StaticGraph();
    var lowering = new RknnLowering(graph);
    var embeds = trunk.inputs().getFirst();
    lowering.bind(embeds, graph.input(embeds.name(), embeds.shape()));
    boolean isMasked = needsMask(trunk);
    for (var mask : trunk.inputs().subList(1, trunk.inputs().size())) {
      if (isMasked) {
        lowering.bind(mask, graph.input(TrunkPorts.BIAS, Shape.of(mask.shape().sizes())));
      }
    }
    trunk.nodes().forEach(lowering::lower);
    OnnxFile.write(graph.finish(lowering.value(trunk.outputs().getFirst())), file);
  }

  /// Returns whether any token of a trunk sees padding where nothing keeps it from that.
  private static boolean needsMask(Graph trunk) {
    return trunk.nodes().stream()
        .anyMatch(node ->
            node.op() instanceof Op.Attention attention && !attention.heads().sight().isCausal());
  }
}
