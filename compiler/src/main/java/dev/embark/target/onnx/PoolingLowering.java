package dev.embark.target.onnx;

import dev.embark.bundle.Pooling;
import dev.embark.graph.Value;
import java.util.List;

/// Says pooling in ONNX operators. All modes but the maximum are a weighted sum of the tokens:
/// weights `[batch, 1, sequence]` times tokens `[batch, sequence, hidden]`.
final class PoolingLowering {
  private final NodeList nodes;
  private final Masks masks;

  PoolingLowering(NodeList nodes, Masks masks) {
    this.nodes = nodes;
    this.masks = masks;
  }

  void pool(String out, Value tokens, Value mask, Pooling mode) {
    if (mode == Pooling.MAX) {
      var wide =
          nodes.node("Unsqueeze", out + ".wide", List.of(masks.seen(mask), nodes.integers(2)));
      var counted =
          nodes.node(
              "Where", out + ".counted", List.of(wide, tokens.name(), nodes.scalar(Masks.UNSEEN)));
      nodes.reduceAway("ReduceMax", out, counted, 1);
      return;
    }
    weightedSum(out, tokens, weights(out, mask, mode));
  }

  void sum(String out, Value tokens, Value mask) {
    weightedSum(out, tokens, masks.counted(mask));
  }

  private void weightedSum(String out, Value tokens, String weights) {
    var row = nodes.node("Unsqueeze", out + ".row", List.of(weights, nodes.integers(1)));
    var sum = nodes.node("MatMul", out + ".sum", List.of(row, tokens.name()));
    nodes.node("Squeeze", out, List.of(sum, nodes.integers(1)));
  }

  /// Returns the factor of each token `[batch, sequence]`.
  private String weights(String out, Value mask, Pooling mode) {
    var counted = masks.counted(mask);
    return switch (mode) {
      case CLS -> onlyLargest(out, counted, mask);
      case LAST_TOKEN -> onlyLargest(out, byPosition(out, counted, mask), mask);
      case MEAN -> nodes.node("Div", out + ".share", List.of(counted, total(out, counted)));
      case MEAN_SQRT_LEN -> {
        var root = nodes.node("Sqrt", out + ".root", List.of(total(out, counted)));
        yield nodes.node("Div", out + ".share", List.of(counted, root));
      }
      case WEIGHTED_MEAN -> {
        var weighted = byPosition(out, counted, mask);
        yield nodes.node("Div", out + ".share", List.of(weighted, total(out, weighted)));
      }
      case MAX -> throw new IllegalStateException("a maximum is no weighted sum");
    };
  }

  /// Returns 1 for the first of the largest weights of each text, 0 for all others and for tokens
  /// that do not count.
  private String onlyLargest(String out, String weights, Value mask) {
    var index =
        nodes.node(
            "ArgMax",
            out + ".index",
            List.of(weights),
            NodeList.attribute("axis", 1),
            NodeList.attribute("keepdims", 1));
    var largest = nodes.node("Equal", out + ".largest", List.of(masks.range(mask, 0), index));
    var chosen = nodes.node("And", out + ".chosen", List.of(largest, masks.seen(mask)));
    return nodes.node("Cast", out + ".only", List.of(chosen), NodeList.to(NodeList.TYPE_FLOAT));
  }

  /// Returns `weights` times the position of each token, counted from 1.
  private String byPosition(String out, String weights, Value mask) {
    var positions =
        nodes.node(
            "Cast",
            out + ".positions",
            List.of(masks.range(mask, 1)),
            NodeList.to(NodeList.TYPE_FLOAT));
    return nodes.node("Mul", out + ".weighted", List.of(weights, positions));
  }

  private String total(String out, String weights) {
    var sum =
        nodes.node(
            "ReduceSum",
            out + ".count",
            List.of(weights, nodes.integers(1)),
            NodeList.attribute("keepdims", 1));
    return nodes.node("Max", out + ".total", List.of(sum, nodes.scalar(1e-9)));
  }
}
