package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.graph.Bias;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import java.util.List;

/// Says layer norms and their kin in ONNX operators.
final class NormLowering {
  private final NodeList nodes;
  private final Flavor flavor;

  NormLowering(NodeList nodes, Flavor flavor) {
    this.nodes = nodes;
    this.flavor = flavor;
  }

  void layerNorm(String out, Op.LayerNorm norm) {
    var weight = nodes.parameter(norm.weight());
    switch (flavor) {
      case PORTABLE -> {
        var inputs =
            switch (norm.bias()) {
              case Bias.None() -> List.of(norm.input().name(), weight);
              case Bias.Of(var vector) ->
                  List.of(norm.input().name(), weight, nodes.parameter(vector));
            };
        nodes.node(
            "LayerNormalization",
            out,
            inputs,
            NodeList.attribute("axis", -1),
            new OnnxAttribute.Real("epsilon", (float) norm.epsilon()));
      }
      case ORT -> layerNormInParts(out, norm, weight);
    }
  }

  /// ONNX Runtime's layer norm is one scalar loop; its elementwise operators are vectorised, so the
  /// parts are faster than the whole.
  private void layerNormInParts(String out, Op.LayerNorm norm, String weight) {
    var input = norm.input().name();
    var mean = nodes.reduce("ReduceMean", out + ".mean", input, -1);
    var centered = nodes.node("Sub", out + ".centered", List.of(input, mean));
    var scaled =
        nodes.node("Div", out + ".scaled", List.of(centered, root(out, centered, norm.epsilon())));
    switch (norm.bias()) {
      case Bias.None() -> nodes.node("Mul", out, List.of(scaled, weight));
      case Bias.Of(var vector) -> {
        var weighted = nodes.node("Mul", out + ".weighted", List.of(scaled, weight));
        nodes.node("Add", out, List.of(weighted, nodes.parameter(vector)));
      }
    }
  }

  /// Returns `√(mean(input²) + epsilon)` over the last axis.
  private String root(String out, String input, double epsilon) {
    var squares = nodes.node("Mul", out + ".squares", List.of(input, input));
    var variance = nodes.reduce("ReduceMean", out + ".variance", squares, -1);
    var shifted = nodes.node("Add", out + ".shifted", List.of(variance, nodes.scalar(epsilon)));
    return nodes.node("Sqrt", out + ".deviation", List.of(shifted));
  }

  void rmsNorm(String out, Op.RmsNorm norm) {
    long width = norm.input().shape().size(-1);
    long size = norm.weight().shape().size(0);
    var weight = nodes.parameter(norm.weight());
    if (size == width) {
      rmsNorm(out, norm.input().name(), weight, norm.epsilon());
      return;
    }
    var parts =
        nodes.node(
            "Reshape",
            out + ".parts",
            List.of(norm.input().name(), nodes.integers(0, 0, width / size, size)));
    rmsNorm(out + ".normed", parts, weight, norm.epsilon());
    nodes.node("Reshape", out, List.of(out + ".normed", nodes.integers(0, 0, width)));
  }

  private void rmsNorm(String out, String input, String weight, double epsilon) {
    var scaled = nodes.node("Div", out + ".scaled", List.of(input, root(out, input, epsilon)));
    nodes.node("Mul", out, List.of(scaled, weight));
  }

  void normalize(String out, Value input) {
    var length = nodes.reduce("ReduceL2", out + ".length", input.name(), -1);
    var safe = nodes.node("Max", out + ".safe", List.of(length, nodes.scalar(1e-12)));
    nodes.node("Div", out, List.of(input.name(), safe));
  }
}
