package dev.embark.pass;

import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.tensor.Encoding.Integers;
import dev.embark.tensor.Encoding.Integers.Range;
import dev.embark.tensor.Encoding.Integers.Zero;
import java.util.HashMap;
import java.util.Set;

/// Stores the matrices of layers as integers in blocks that share a scale; products stay in floats.
///
/// ```
/// Given:
///   %y = Linear(%x, w [n, k], b [n])
/// Result:
///   %y = Linear(%x, w int4 [n, k], b [n])
/// ```
///
/// @param channels what goes into the layers: a column counts as much as the values it meets
/// @param kept names of matrices that stay as they are
public record QuantizeWeights(int bits, int block, Channels channels, Set<String> kept)
    implements Pass {
  public QuantizeWeights {
    kept = Set.copyOf(kept);
  }

  @Override
  public void requires(Graph graph) {}

  @Override
  public Graph apply(Graph graph) {
    var readers = Readers.of(graph, kept);
    var encoded = new HashMap<String, Constant>();
    return graph.mapOperations(op ->
        op instanceof Op.Linear(var input, var weight, var bias) && Layers.isQuantized(op, kept)
            ? new Op.Linear(
                input,
                encoded.computeIfAbsent(
                    weight.name(), _ -> encode(weight, readers.of(input).values())),
                bias)
            : op);
  }

  private Constant encode(Constant matrix, Set<Value> inputs) {
    return matrix.encoded(
        new Integers(
            bits,
            Math.min(block, matrix.weight().rowLength()),
            bits == 8 ? Zero.FIXED : Zero.FITTED,
            Range.SINGLE,
            channels.importance(inputs)));
  }

  @Override
  public void ensures(Graph result) {}
}
