package dev.embark.pass;

import static java.util.Objects.requireNonNull;

import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.pass.Readers.Group;
import dev.embark.tensor.Encoding.Integers;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
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
/// share its factors, and so do values that one layer reads.
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
    var readers = Readers.of(graph, kept);
    var factors = new IdentityHashMap<Group, Factors>();
    var nodes = new ArrayList<Node>();
    var smoothed = new HashMap<Value, Value>();
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear linear && Layers.isQuantized(linear, kept)) {
        var group = readers.of(linear.input());
        var own = factors.computeIfAbsent(group, this::factors);
        var input =
            smoothed.computeIfAbsent(
                linear.input(), value -> smooth(value, own.smoothing(), nodes));
        nodes.add(
            new Node(
                new Op.IntegerLinear(input, own.matrix(linear.weight()), linear.bias()),
                node.output()));
      } else {
        nodes.add(node);
      }
    }
    return new Graph(graph.name(), graph.inputs(), nodes, graph.outputs());
  }

  @Override
  public void ensures(Graph result) {
    for (var node : result.nodes()) {
      if (Layers.isQuantized(node.op(), kept)) {
        throw new IllegalStateException(node.output() + " could be quantised");
      }
    }
  }

  /// How the channels of values are evened out.
  ///
  /// @param smoothing what the values are multiplied with
  /// @param matrices that read them, their columns divided by it, by name
  private record Factors(Constant smoothing, Map<String, Constant> matrices) {
    Constant matrix(Constant original) {
      return requireNonNull(matrices.get(original.name()), original.name());
    }
  }

  private Factors factors(Group group) {
    float[] largest = channels.largest(group.values());
    var weights = group.matrices().values().stream().map(Constant::weight).toArray(Weight[]::new);
    var columns = Magnitudes.ofColumns(weights);
    var factors = new float[largest.length];
    var inverse = new float[largest.length];
    for (int i = 0; i < factors.length; i++) {
      double wanted = Math.pow(columns.of(i), 1 - STRENGTH) / Math.pow(largest[i], STRENGTH);
      // A channel that was always 0, or that no matrix reads, has nothing to be evened out.
      factors[i] = Double.isFinite(wanted) && wanted > 0 ? (float) wanted : 1;
      inverse[i] = 1 / factors[i];
    }
    var divisors = new Weight.Stored(Tensor.of(Shape.of(inverse.length), inverse));
    var matrices = new HashMap<String, Constant>();
    group
        .matrices()
        .forEach((name, matrix) -> {
          var scaled = new Weight.ColumnsScaled(matrix.weight(), divisors);
          matrices.put(name, new Constant(name, scaled).encoded(Integers.factors(scaled)));
        });
    var first = group.values().iterator().next();
    var smoothing = new Weight.Stored(Tensor.of(Shape.of(factors.length), factors));
    return new Factors(new Constant(first.name() + ".smoothing.weight", smoothing), matrices);
  }

  private static Value smooth(Value value, Constant smoothing, List<Node> nodes) {
    var parameter = new Value(value.name() + ".smoothing", value.type(), smoothing.shape());
    var result = new Value(value.name() + ".smoothed", value.type(), value.shape());
    nodes.add(new Node(new Op.Parameter(smoothing), parameter));
    nodes.add(new Node(new Op.Multiply(value, parameter), result));
    return result;
  }
}
