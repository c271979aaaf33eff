package dev.embark.pass;

import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Joins the query, key and value layers of an attention into one.
///
/// ```
/// Given:
///   %q = Linear(%x, wq [h, h], bq [h])
///   %k = Linear(%x, wk [h, h], bk [h])
///   %v = Linear(%x, wv [h, h], bv [h])
///   %a = Attention(%q, %k, %v, %mask)
/// Result:
///   %a = PackedAttention(%x, %mask, wq|wk|wv [3·h, h], bq|bk|bv [3·h])
/// ```
///
/// Attentions whose three layers read different values, have no bias or are not square stay as they
/// are, and so do those that see only a part, share keys, or add to their scores; so does a layer
/// that something else reads, or that leaves the graph.
public final class PackProjections implements Pass {
  @Override
  public void requires(Graph graph) {}

  @Override
  public Graph apply(Graph graph) {
    var producers = new HashMap<Value, Op>();
    graph.nodes().forEach(node -> producers.put(node.output(), node.op()));
    var packed = new ArrayList<Node>();
    var absorbed = new HashSet<Value>();
    for (var node : graph.nodes()) {
      var joined =
          node.op() instanceof Op.Attention attention
              ? pack(attention, producers)
              : Optional.<Op>empty();
      joined.ifPresent(_ -> absorbed.addAll(node.op().inputs()));
      packed.add(new Node(joined.orElse(node.op()), node.output()));
    }
    absorbed.removeAll(graph.outputs());
    packed.forEach(node -> absorbed.removeAll(node.op().inputs()));
    packed.removeIf(node -> absorbed.contains(node.output()));
    return new Graph(graph.name(), graph.inputs(), packed, graph.outputs());
  }

  @Override
  public void ensures(Graph result) {
    var producers = new HashMap<Value, Op>();
    result.nodes().forEach(node -> producers.put(node.output(), node.op()));
    for (var node : result.nodes()) {
      if (node.op() instanceof Op.Attention attention && pack(attention, producers).isPresent()) {
        throw new IllegalStateException(node.output() + " could still be packed");
      }
    }
  }

  private static Optional<Op> pack(Op.Attention attention, Map<Value, Op> producers) {
    if (producers.get(attention.query()) instanceof Op.Linear query
        && producers.get(attention.key()) instanceof Op.Linear key
        && producers.get(attention.value()) instanceof Op.Linear value
        && isPlain(attention)
        && query.input().equals(key.input())
        && query.input().equals(value.input())
        && isSquare(query.weight())
        && query.bias() instanceof Bias.Of(var queryBias)
        && key.bias() instanceof Bias.Of(var keyBias)
        && value.bias() instanceof Bias.Of(var valueBias)) {
      return Optional.of(
          new Op.PackedAttention(
              query.input(),
              stack(query.weight(), key.weight(), value.weight()),
              stack(queryBias, keyBias, valueBias),
              attention.mask(),
              attention.heads().query(),
              attention.heads().scale()));
    }
    return Optional.empty();
  }

  /// ONNX Runtime packs attentions that see everything, each head with a key of its own.
  private static boolean isPlain(Op.Attention attention) {
    return attention.heads().sight() instanceof Sight.All
        && attention.heads().group() == 1
        && attention.bias() instanceof ScoreBias.None;
  }

  /// Query, key and value have one width, so that one of them speaks for all.
  private static boolean isSquare(Constant weight) {
    return weight.shape().size(0) == weight.shape().size(1);
  }

  private static Constant stack(Constant query, Constant key, Constant value) {
    return new Constant(
        query.name() + ".packed",
        new Weight.Concatenated(List.of(query.weight(), key.weight(), value.weight())));
  }
}
