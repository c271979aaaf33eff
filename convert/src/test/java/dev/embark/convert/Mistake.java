package dev.embark.convert;

import dev.embark.graph.Activation;
import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.pass.Pass;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Passes that no recipe must have: each is a mistake that converters have made, and changes what
/// the graph computes while the result stays a legal file.
enum Mistake implements Pass {
  /// The first layer's query and key weights, which have the same shape, change places.
  SWAPPED_WEIGHTS,
  GELU_BY_TANH,
  RELU_FOR_GELU,
  /// Positions are counted from 1, as RoBERTa's are from 2.
  SHIFTED_POSITIONS,
  /// Long texts have positions that the table of position embeddings does not hold.
  POSITIONS_BEYOND_THE_TABLE,
  /// Attention sees padding.
  DROPPED_MASK,
  /// Keras' default for layer norms, 1e-3, instead of the checkpoint's 1e-12.
  OTHER_EPSILON;

  private static final String LAYER = "encoder.layer.0.attention.self.";

  @Override
  public void requires(Graph graph) {}

  @Override
  public Graph apply(Graph graph) {
    var weights = new HashMap<String, Constant>();
    graph.nodes().stream()
        .flatMap(node -> node.op().constants().stream())
        .forEach(weight -> weights.put(weight.name(), weight));
    var nodes = new ArrayList<>(graph.nodes());
    nodes.replaceAll(node -> new Node(rewrite(node.op(), weights), node.output()));
    return new Graph(graph.name(), graph.inputs(), seeingAll(nodes, graph), graph.outputs());
  }

  @Override
  public void ensures(Graph result) {}

  private Op rewrite(Op op, Map<String, Constant> weights) {
    return switch (this) {
      case SWAPPED_WEIGHTS -> op instanceof Op.Linear linear ? swapped(linear, weights) : op;
      case GELU_BY_TANH -> activation(op, Activation.GELU_TANH);
      case RELU_FOR_GELU -> activation(op, Activation.RELU);
      case SHIFTED_POSITIONS -> shifted(op, 1);
      case POSITIONS_BEYOND_THE_TABLE -> shifted(op, 90);
      case DROPPED_MASK -> op;
      case OTHER_EPSILON ->
          op instanceof Op.LayerNorm(var input, var weight, var bias, _)
              ? new Op.LayerNorm(input, weight, bias, 1e-3)
              : op;
    };
  }

  private static Op swapped(Op.Linear linear, Map<String, Constant> weights) {
    var name = linear.weight().name();
    var other =
        name.equals(LAYER + "query.weight")
            ? LAYER + "key.weight"
            : name.equals(LAYER + "key.weight") ? LAYER + "query.weight" : name;
    var weight = weights.getOrDefault(other, linear.weight());
    return new Op.Linear(linear.input(), weight, linear.bias());
  }

  private static Op shifted(Op op, long by) {
    return op instanceof Op.Positions(var ids, var start) ? new Op.Positions(ids, start + by) : op;
  }

  private static Op activation(Op op, Activation other) {
    return op instanceof Op.Activate(var input, var function) && function == Activation.GELU
        ? new Op.Activate(input, other)
        : op;
  }

  /// Gives attention a mask without zeros: token ids plus positions from 1 on.
  private List<Node> seeingAll(List<Node> nodes, Graph graph) {
    if (this != DROPPED_MASK) {
      return nodes;
    }
    var ids = input(graph, "input_ids");
    var mask = input(graph, "attention_mask");
    var row = Shape.of(new Dim.Fixed(1), ids.shape().dim(1));
    var positions =
        new Node(new Op.Positions(ids, 1), new Value("positions_from_1", ElementType.I64, row));
    var sum =
        new Node(
            new Op.Add(ids, positions.output()),
            new Value("never_zero", ElementType.F32, ids.shape()));
    var changed = new ArrayList<Node>(List.of(positions, sum));
    for (var node : nodes) {
      var op =
          node.op() instanceof Op.Attention
              ? node.op().mapInputs(value -> value.equals(mask) ? sum.output() : value)
              : node.op();
      changed.add(new Node(op, node.output()));
    }
    return changed;
  }

  private static Value input(Graph graph, String name) {
    return graph.inputs().stream()
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
