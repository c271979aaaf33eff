package dev.embark.format.onnx;

import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Small models that use every record of this package.
final class Models {
  private Models() {}

  /// `y = reshape(x · w + b)`, with a weight, its transposed copy and a table of indices.
  static OnnxModel linear() {
    var batch = new Dim.Named("batch");
    return new OnnxModel(
        8,
        new TreeMap<>(Map.of("", 17L)),
        "embark",
        "0.1.0",
        new TreeMap<>(Map.of("b", "2", "a", "1")),
        new OnnxGraph(
            "linear",
            List.of(new OnnxValue("x", ElementType.F32, Shape.of(batch, new Dim.Fixed(3)))),
            List.of(new OnnxValue("y", ElementType.F32, Shape.of(batch, new Dim.Fixed(2)))),
            List.of(
                new OnnxNode(
                    "Gemm",
                    "",
                    "gemm",
                    List.of("x", "w", "b"),
                    List.of("h"),
                    List.of(
                        new OnnxAttribute.Real("alpha", 1f), new OnnxAttribute.Int("transB", 0))),
                new OnnxNode(
                    "Reshape", "", "reshape", List.of("h", "shape"), List.of("y"), List.of())),
            List.of(
                new OnnxInitializer("w", new OnnxContent.Streamed(weight().transposed())),
                new OnnxInitializer(
                    "b", new OnnxContent.Stored(Tensor.of(Shape.of(2), 0.5f, -0.5f))),
                new OnnxInitializer("shape", new OnnxContent.Stored(longs(-1, 2))))));
  }

  /// `[2, 3]`, values 1 to 6.
  static Weight weight() {
    return new Weight.Stored(Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6));
  }

  static Tensor longs(long... values) {
    return new Tensor(ElementType.I64, Shape.of(values.length), MemorySegment.ofArray(values));
  }

  /// The model with other nodes.
  static OnnxModel withNodes(OnnxModel model, List<OnnxNode> nodes) {
    var graph = model.graph();
    return withGraph(
        model,
        new OnnxGraph(graph.name(), graph.inputs(), graph.outputs(), nodes, graph.initializers()));
  }

  /// The model with other initializers.
  static OnnxModel withInitializers(OnnxModel model, List<OnnxInitializer> initializers) {
    var graph = model.graph();
    return withGraph(
        model,
        new OnnxGraph(graph.name(), graph.inputs(), graph.outputs(), graph.nodes(), initializers));
  }

  private static OnnxModel withGraph(OnnxModel model, OnnxGraph graph) {
    return new OnnxModel(
        model.irVersion(),
        model.opsets(),
        model.producerName(),
        model.producerVersion(),
        model.metadata(),
        graph);
  }
}
