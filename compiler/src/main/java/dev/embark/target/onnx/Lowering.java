package dev.embark.target.onnx;

import dev.embark.graph.Bias;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.tensor.Weight;
import java.util.List;
import java.util.function.Consumer;

/// Says each operation of the graph in ONNX operators
/// (<https://github.com/onnx/onnx/blob/main/docs/Operators.md>), or in ONNX Runtime's
/// (<https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md>).
///
/// A result keeps the name of its value; what lies between is called after it.
final class Lowering {
  private final NodeList nodes;
  private final Flavor flavor;
  private final Masks masks;
  private final ActivationLowering activations;
  private final NormLowering norms;
  private final AttentionLowering attentions;
  private final PoolingLowering poolings;
  private final MixtureLowering mixtures;
  private final IntegerLowering integers;

  Lowering(NodeList nodes, Flavor flavor) {
    this.nodes = nodes;
    this.flavor = flavor;
    masks = new Masks(nodes);
    activations = new ActivationLowering(nodes, flavor);
    norms = new NormLowering(nodes, flavor);
    attentions = new AttentionLowering(nodes, masks, flavor);
    poolings = new PoolingLowering(nodes, masks);
    mixtures = new MixtureLowering(nodes, activations);
    integers = new IntegerLowering(nodes, flavor);
  }

  void lower(Node node) {
    var out = node.output().name();
    switch (node.op()) {
      case Op.Parameter(var constant) ->
          nodes.node("Identity", out, List.of(nodes.parameter(constant)));
      case Op.Positions(var ids, var start) ->
          nodes.node("Unsqueeze", out, List.of(masks.range(ids, start), nodes.integers(0)));
      case Op.TokenPositions(var ids, var padId) -> tokenPositions(out, ids, padId);
      case Op.Embedding(var table, var ids) -> {
        if (table.weight() instanceof Weight.Encoded weight) {
          nodes.encodings().rows(out, table, weight, ids);
        } else {
          nodes.node("Gather", out, List.of(nodes.parameter(table), ids.name()));
        }
      }
      case Op.Linear linear -> withBias(out, linear.bias(), product -> product(product, linear));
      case Op.IntegerLinear linear ->
          withBias(out, linear.bias(), product -> integers.product(product, linear));
      case Op.LayerNorm norm -> norms.layerNorm(out, norm);
      case Op.RmsNorm norm -> norms.rmsNorm(out, norm);
      case Op.Activate(var input, var function) -> activations.lower(out, input.name(), function);
      case Op.Rotate(var input, var rotation) -> attentions.rotate(out, input, rotation);
      case Op.Attention attention -> attentions.attention(out, attention);
      case Op.PackedAttention attention -> {
        requireOrt();
        attentions.packedAttention(out, attention);
      }
      case Op.DistanceBias bias -> attentions.distanceBias(out, bias);
      case Op.PositionScores scores -> attentions.positionScores(out, scores);
      case Op.Mixture(var input, var experts) -> mixtures.mixture(out, input, experts);
      case Op.Add(var left, var right) ->
          nodes.node("Add", out, List.of(left.name(), right.name()));
      case Op.Multiply(var left, var right) ->
          nodes.node("Mul", out, List.of(left.name(), right.name()));
      case Op.Scale(var input, var factor) ->
          nodes.node("Mul", out, List.of(input.name(), nodes.scalar(factor)));
      case Op.Slice(var input, var first, var count) ->
          nodes.node(
              "Slice",
              out,
              List.of(
                  input.name(),
                  nodes.integers(first),
                  nodes.integers((long) first + count),
                  nodes.integers(-1)));
      case Op.PooledTokens(var mask) -> {
        var equal = nodes.node("Equal", out + ".equal", List.of(mask.name(), nodes.integer(1)));
        nodes.node("Cast", out, List.of(equal), NodeList.to(NodeList.TYPE_INT64));
      }
      case Op.Pool(var tokens, var mask, var mode) -> poolings.pool(out, tokens, mask, mode);
      case Op.SumTokens(var tokens, var mask) -> poolings.sum(out, tokens, mask);
      case Op.Concat(var parts) ->
          nodes.node(
              "Concat",
              out,
              parts.stream().map(Value::name).toList(),
              NodeList.attribute("axis", -1));
      case Op.Normalize(var input) -> norms.normalize(out, input);
    }
  }

  private void requireOrt() {
    if (flavor != Flavor.ORT) {
      throw new IllegalStateException("packed attention is an operator of ONNX Runtime only");
    }
  }

  private void tokenPositions(String out, Value ids, long padId) {
    var padding = nodes.node("Equal", out + ".padding", List.of(ids.name(), nodes.integer(padId)));
    var token = nodes.node("Not", out + ".token", List.of(padding));
    var one = nodes.node("Cast", out + ".one", List.of(token), NodeList.to(NodeList.TYPE_INT64));
    var count = nodes.node("CumSum", out + ".count", List.of(one, nodes.integer(1)));
    var own = nodes.node("Mul", out + ".own", List.of(count, one));
    nodes.node("Add", out, List.of(own, nodes.integer(padId)));
  }

  private void product(String out, Op.Linear linear) {
    if (nodes.encodings().isBlockProduct(linear.weight().weight())) {
      nodes.encodings().blockProduct(out, linear.input(), linear.weight());
    } else {
      nodes.node(
          "MatMul",
          out,
          List.of(linear.input().name(), nodes.transposedParameter(linear.weight())));
    }
  }

  /// Emits a product, given the name it is to have, and adds a bias if there is one.
  private void withBias(String out, Bias bias, Consumer<String> product) {
    switch (bias) {
      case Bias.None() -> product.accept(out);
      case Bias.Of(var vector) -> {
        var plain = out + ".product";
        product.accept(plain);
        nodes.node("Add", out, List.of(plain, nodes.parameter(vector)));
      }
    }
  }
}
