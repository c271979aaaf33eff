package dev.embark.graph;

import java.util.ArrayList;
import java.util.stream.Collectors;

/// The text of a graph, one line a node: what snapshots compare and `inspect --graph` prints.
public final class Printer {
  private Printer() {}

  /// Returns the text of `graph`, ended by a newline.
  public static String print(Graph graph) {
    var text = new StringBuilder("graph " + graph.name() + "\n");
    for (var input : graph.inputs()) {
      text.append("input  ").append(typed(input)).append('\n');
    }
    for (var node : graph.nodes()) {
      text.append(typed(node.output())).append(" = ").append(operation(node.op())).append('\n');
    }
    for (var output : graph.outputs()) {
      text.append("output ").append(typed(output)).append('\n');
    }
    return text.toString();
  }

  private static String typed(Value value) {
    return value + " " + value.type() + " " + value.shape();
  }

  private static String operation(Op op) {
    var operands =
        op.inputs().stream().map(Value::toString).collect(Collectors.toCollection(ArrayList::new));
    op.constants().forEach(constant -> operands.add(constant.toString()));
    var settings = settings(op);
    if (!settings.isEmpty()) {
      operands.add(settings);
    }
    return op.getClass().getSimpleName() + "(" + String.join(", ", operands) + ")";
  }

  private static String settings(Op op) {
    return switch (op) {
      case Op.Positions(_, var start) -> "start " + start;
      case Op.TokenPositions(_, var padId) -> "padding " + padId;
      case Op.LayerNorm(_, _, _, var epsilon) -> "epsilon " + epsilon;
      case Op.RmsNorm(_, _, var epsilon) -> "epsilon " + epsilon;
      case Op.Activate(_, var function) -> function.toString();
      case Op.Rotate(_, var rotation) -> rotation.toString();
      case Op.Attention(_, _, _, _, var heads, _) -> heads.toString();
      case Op.PackedAttention(_, _, _, _, var heads, var scale) ->
          "heads " + heads + ", scale " + scale;
      case Op.PositionScores(_, _, var distances, var heads, var scale) ->
          distances + ", heads " + heads + ", scale " + scale;
      case Op.Mixture(_, var experts) -> experts.toString();
      case Op.Scale(_, var factor) -> "factor " + factor;
      case Op.Slice(_, var first, var count) -> "from " + first + ", " + count + " values";
      case Op.Pool(_, _, var mode) -> mode.key();
      case Op.Parameter _,
          Op.Embedding _,
          Op.Linear _,
          Op.IntegerLinear _,
          Op.DistanceBias _,
          Op.Add _,
          Op.Multiply _,
          Op.PooledTokens _,
          Op.SumTokens _,
          Op.Concat _,
          Op.Normalize _ ->
          "";
    };
  }
}
