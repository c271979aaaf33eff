package dev.embark.pass;

import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Value;
import dev.embark.tensor.Dim;
import dev.embark.tensor.Shape;
import java.util.Map;

/// Gives named dimensions a size, so that every shape is known before the graph runs.
///
/// ```
/// Given:
///   input  %ids I64 [batch, sequence]
///   %x F32 [batch, sequence, 384] = Embedding(table [30522, 384], %ids)
/// Result:
///   input  %ids I64 [1, 128]
///   %x F32 [1, 128, 384] = Embedding(table [30522, 384], %ids)
/// ```
///
/// @param sizes by the name of the dimension
public record FixShapes(Map<String, Long> sizes) implements Pass {
  public FixShapes {
    sizes = Map.copyOf(sizes);
  }

  /// Returns the pass for a number of texts and of tokens.
  public static FixShapes of(long batch, long sequence) {
    return new FixShapes(Map.of("batch", batch, "sequence", sequence));
  }

  @Override
  public void requires(Graph graph) {}

  @Override
  public Graph apply(Graph graph) {
    return new Graph(
        graph.name(),
        graph.inputs().stream().map(this::fixed).toList(),
        graph.nodes().stream()
            .map(node -> new Node(node.op().mapInputs(this::fixed), fixed(node.output())))
            .toList(),
        graph.outputs().stream().map(this::fixed).toList());
  }

  @Override
  public void ensures(Graph result) {
    for (var node : result.nodes()) {
      if (!node.output().shape().isFixed()) {
        throw new IllegalStateException(node.output() + " has no fixed shape");
      }
    }
  }

  private Value fixed(Value value) {
    var dims = value.shape().dims().stream().map(this::fixed).toList();
    return new Value(value.name(), value.type(), new Shape(dims));
  }

  private Dim fixed(Dim dim) {
    return switch (dim) {
      case Dim.Fixed fixed -> fixed;
      case Dim.Named(var name) -> {
        var size = sizes.get(name);
        yield size == null ? dim : new Dim.Fixed(size);
      }
    };
  }
}
