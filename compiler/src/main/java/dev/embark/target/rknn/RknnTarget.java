package dev.embark.target.rknn;

import dev.embark.format.onnx.OnnxFile;
import dev.embark.graph.Graph;
import dev.embark.target.TrunkLowering;
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
    var output = TrunkLowering.lower(trunk, new RknnDialect(graph));
    OnnxFile.write(graph.finish(output), file);
  }
}
