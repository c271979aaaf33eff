package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.graph.Constant;
import dev.embark.graph.Experts;
import dev.embark.graph.Value;
import java.util.List;

/// Says a mixture of experts in ONNX operators: each expert answers only the tokens that use it.
final class MixtureLowering {
  private final NodeList nodes;
  private final ActivationLowering activations;

  MixtureLowering(NodeList nodes, ActivationLowering activations) {
    this.nodes = nodes;
    this.activations = activations;
  }

  void mixture(String out, Value input, Experts experts) {
    long hidden = input.shape().size(-1);
    var flat =
        nodes.node("Reshape", out + ".flat", List.of(input.name(), nodes.integers(-1, hidden)));
    var scores =
        nodes.node(
            "MatMul", out + ".scores", List.of(flat, nodes.transposedParameter(experts.router())));
    var shares =
        nodes.node("Softmax", out + ".shares", List.of(scores), NodeList.attribute("axis", -1));
    var used =
        nodes.node(
            List.of(out + ".used_shares", out + ".used"),
            "TopK",
            List.of(shares, nodes.integers(experts.used())),
            List.of(NodeList.attribute("axis", -1)));
    var shape = nodes.node("Shape", out + ".flat_shape", List.of(flat));
    var sum = nodes.node("ConstantOfShape", out + ".zeros", List.of(shape));
    for (int expert = 0; expert < experts.count(); expert++) {
      sum = answer(out + ".expert_" + expert, new Choice(flat, used, expert), experts, sum);
    }
    var whole = nodes.node("Shape", out + ".shape", List.of(input.name()));
    var wide = nodes.node("Reshape", out + ".wide", List.of(sum, whole));
    nodes.node("Add", out, List.of(wide, nodes.parameter(experts.bias())));
  }

  /// One expert's view of all tokens.
  ///
  /// @param flat tokens `[n, hidden]`
  /// @param used shares and numbers of the experts that each token uses, `[n, used]` both
  private record Choice(String flat, List<String> used, int expert) {}

  /// Returns `sum` with the answers of one expert added.
  private String answer(String name, Choice choice, Experts experts, String sum) {
    var mine =
        nodes.node(
            "Equal", name + ".mine", List.of(choice.used().get(1), nodes.integer(choice.expert())));
    var shares =
        nodes.node("Where", name + ".shares", List.of(mine, choice.used().get(0), nodes.scalar(0)));
    var share =
        nodes.node(
            "ReduceSum",
            name + ".share",
            List.of(shares, nodes.integers(1)),
            NodeList.attribute("keepdims", 1));
    var isUsed = nodes.node("Greater", name + ".is_used", List.of(share, nodes.scalar(0)));
    var one = nodes.node("Squeeze", name + ".one", List.of(isUsed, nodes.integers(1)));
    var found = nodes.node("NonZero", name + ".found", List.of(one));
    var rows = nodes.node("Squeeze", name + ".rows", List.of(found, nodes.integers(0)));
    var tokens = nodes.node("Gather", name + ".tokens", List.of(choice.flat(), rows));
    long first = (long) choice.expert() * experts.intermediate();
    var part = "expert_" + choice.expert();
    Constant inner = experts.inner().rows(part, first, experts.intermediate());
    Constant outer = experts.outer().rows(part, first, experts.intermediate());
    var inside =
        nodes.node("MatMul", name + ".inside", List.of(tokens, nodes.transposedParameter(inner)));
    activations.lower(name + ".active", inside, experts.function());
    var answers =
        nodes.node("MatMul", name + ".answers", List.of(name + ".active", nodes.parameter(outer)));
    var factors = nodes.node("Gather", name + ".factors", List.of(share, rows));
    var weighted = nodes.node("Mul", name + ".weighted", List.of(answers, factors));
    var places = nodes.node("Unsqueeze", name + ".places", List.of(rows, nodes.integers(1)));
    return nodes.node(
        "ScatterND",
        name + ".sum",
        List.of(sum, places, weighted),
        new OnnxAttribute.Text("reduction", "add"));
  }
}
