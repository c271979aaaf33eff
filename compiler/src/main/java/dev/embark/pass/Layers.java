package dev.embark.pass;

import dev.embark.graph.Graph;
import dev.embark.graph.Op;
import dev.embark.tensor.Dim;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The linear layers of a graph that may be quantised: those that every token goes through.
///
/// What comes after pooling, and what gives a token a handful of numbers, is small, and an error
/// there goes straight into the result.
public final class Layers {
  /// Outputs that a layer has at least.
  private static final long WIDTH_MIN = 16;

  private Layers() {}

  /// Returns the names of their matrices, in the order of execution.
  public static List<String> of(Graph graph) {
    var names = new ArrayList<String>();
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear linear
          && isOne(linear)
          && !names.contains(linear.weight().name())) {
        names.add(linear.weight().name());
      }
    }
    return List.copyOf(names);
  }

  static boolean isOne(Op.Linear linear) {
    return isOfTokens(linear.input().shape()) && linear.weight().shape().size(0) >= WIDTH_MIN;
  }

  /// Returns whether a shape is `[batch, sequence, width]`, or that of a table which the same
  /// layers read, as DeBERTa's do for distances: `[rows, width]`.
  private static boolean isOfTokens(Shape shape) {
    return shape.rank() == 3 || (shape.rank() == 2 && shape.dim(0) instanceof Dim.Fixed);
  }

  /// Returns whether a layer is to be quantised.
  ///
  /// @param kept names of matrices that stay as they are
  static boolean isQuantized(Op op, Set<String> kept) {
    return op instanceof Op.Linear linear
        && isOne(linear)
        && !kept.contains(linear.weight().name());
  }
}
