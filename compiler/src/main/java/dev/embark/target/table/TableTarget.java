package dev.embark.target.table;

import dev.embark.bundle.Pooling;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.tensor.Weight;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Graph to a safetensors file with one tensor, `embedding.weight` `[rows, dimension]`: what a
/// static model needs, and what sentence-transformers reads.
///
/// The metadata say what becomes of the vectors: `pooling` is `mean`, `normalize` is `true` or
/// `false`.
public final class TableTarget {
  private TableTarget() {}

  /// Returns whether `graph` is a mean of token vectors, perhaps scaled to length 1, and nothing
  /// else.
  public static boolean says(Graph graph) {
    return Parts.of(graph).isPresent();
  }

  /// Writes `graph`, which must be sayable, to `file`, which must not exist.
  public static void emit(Graph graph, Path file) {
    var parts = Parts.of(graph).orElseThrow();
    Safetensors.writeFloats(
        file,
        Map.<String, Weight>of("embedding.weight", parts.table().weight()),
        Map.of(
            "pooling", "mean", "normalize", Boolean.toString(parts.ending() == Ending.LENGTH_1)));
  }

  private enum Ending {
    MEAN,
    LENGTH_1
  }

  /// What a graph must consist of, in this order.
  private record Parts(Constant table, Ending ending) {
    static Optional<Parts> of(Graph graph) {
      var ops = graph.nodes().stream().map(node -> node.op()).toList();
      if (ops.size() < 2
          || !(ops.getFirst() instanceof Op.Embedding(var table, Value ids))
          || !ids.name().equals("input_ids")
          || !(ops.get(1) instanceof Op.Pool(_, Value mask, Pooling mode))
          || !mask.name().equals("attention_mask")
          || mode != Pooling.MEAN) {
        return Optional.empty();
      }
      List<Op> rest = ops.subList(2, ops.size());
      if (rest.isEmpty()) {
        return Optional.of(new Parts(table, Ending.MEAN));
      }
      return rest.size() == 1 && rest.getFirst() instanceof Op.Normalize
          ? Optional.of(new Parts(table, Ending.LENGTH_1))
          : Optional.empty();
    }
  }
}
