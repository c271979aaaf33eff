package dev.embark.pass;

import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.tensor.Encoding.Integers;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes layers products of 8-bit integers: matrices with one scale for each output, tokens with
/// one for each token.
///
/// ```
/// Given:
///   %y = Linear(%x, w [n, k], b [n])
/// Result:
///   %s = Parameter(x.smoothing [k])
///   %x.smoothed = Multiply(%x, %s)
///   %y = IntegerLinear(%x.smoothed, w int8 [n, k], b [n])
/// ```
///
/// A few channels of a token may be a hundred times as large as the others and would leave them few
/// of the 255 steps. Smoothing (<https://arxiv.org/abs/2211.10438>) makes them smaller, and the
/// columns of the matrix that they meet larger by the same factors. Layers that read the same value
/// share its factors.
///
/// @param channels what goes into the layers
/// @param kept names of matrices that stay as they are
public record QuantizeInt8(Channels channels, Set<String> kept) implements Pass {
  /// How much of the difference between channels goes over to the matrix.
  private static final double STRENGTH = 0.65;

  public QuantizeInt8 {
    kept = Set.copyOf(kept);
  }

  @Override
  public void requires(Graph graph) {}

  @Override
  public Graph apply(Graph graph) {
    var readers = new LinkedHashMap<Value, List<Weight>>();
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear linear && Layers.isQuantized(linear, kept)) {
        readers
            .computeIfAbsent(linear.input(), _ -> new ArrayList<>())
            .add(linear.weight().weight());
      }
    }
    var nodes = new ArrayList<Node>();
    var smoothed = new HashMap<Value, Smoothed>();
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear linear && Layers.isQuantized(linear, kept)) {
        var input =
            smoothed.computeIfAbsent(
                linear.input(), value -> smooth(value, weights(readers, value), nodes));
        nodes.add(new Node(input.product(linear), node.output()));
      } else {
        nodes.add(node);
      }
    }
    return new Graph(graph.name(), graph.inputs(), nodes, graph.outputs());
  }

  private static Weight[] weights(Map<Value, List<Weight>> readers, Value value) {
    return readers.getOrDefault(value, List.of()).toArray(Weight[]::new);
  }

  @Override
  public void ensures(Graph result) {
    for (var node : result.nodes()) {
      if (Layers.isQuantized(node.op(), kept)) {
        throw new IllegalStateException(node.output() + " could be quantised");
      }
    }
  }

  /// A value with its channels evened out.
  ///
  /// @param inverse what the columns of matrices that read it are multiplied with
  private record Smoothed(Value value, Weight inverse) {
    Op product(Op.Linear linear) {
      var scaled = new Weight.ColumnsScaled(linear.weight().weight(), inverse);
      return new Op.IntegerLinear(
          value,
          new Constant(linear.weight().name(), scaled).encoded(Integers.rows(scaled)),
          linear.bias());
    }
  }

  private Smoothed smooth(Value value, Weight[] matrices, List<Node> nodes) {
    float[] largest = channels.largest(value);
    var columns = Magnitudes.ofColumns(matrices);
    var factors = new float[largest.length];
    var inverse = new float[largest.length];
    for (int i = 0; i < factors.length; i++) {
      double wanted = Math.pow(columns.of(i), 1 - STRENGTH) / Math.pow(largest[i], STRENGTH);
      // A channel that was always 0, or that no matrix reads, has nothing to be evened out.
      factors[i] = Double.isFinite(wanted) && wanted > 0 ? (float) wanted : 1;
      inverse[i] = 1 / factors[i];
    }
    var shape = Shape.of(factors.length);
    var constant =
        new Constant(
            value.name() + ".smoothing.weight", new Weight.Stored(Tensor.of(shape, factors)));
    var parameter = new Value(value.name() + ".smoothing", value.type(), shape);
    var result = new Value(value.name() + ".smoothed", value.type(), value.shape());
    nodes.add(new Node(new Op.Parameter(constant), parameter));
    nodes.add(new Node(new Op.Multiply(value, parameter), result));
    return new Smoothed(result, new Weight.Stored(Tensor.of(shape, inverse)));
  }
}
