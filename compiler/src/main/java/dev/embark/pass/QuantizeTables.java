package dev.embark.pass;

import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Op;
import dev.embark.tensor.Encoding;
import dev.embark.tensor.Weight;

/// Stores tables of embeddings as 8-bit integers with one scale for each row.
///
/// ```
/// Given:
///   %y = Embedding(table [rows, hidden], %ids)
/// Result:
///   %y = Embedding(table int8 [rows, hidden], %ids)
/// ```
///
/// Rows of rare tokens may be a tenth as long as others, so one scale for all, as is usual, would
/// leave them few of the 255 steps.
public final class QuantizeTables implements Pass {
  /// Smaller tables, such as those of token types, are not worth a scale.
  private static final long ROWS_MIN = 16;

  @Override
  public void requires(Graph graph) {}

  @Override
  public Graph apply(Graph graph) {
    return graph.mapOperations(op ->
        op instanceof Op.Embedding(var table, var ids) && isLarge(table)
            ? new Op.Embedding(table.encoded(Encoding.Integers.rows(table.weight())), ids)
            : op);
  }

  @Override
  public void ensures(Graph result) {
    for (var node : result.nodes()) {
      if (node.op() instanceof Op.Embedding(var table, _) && isLarge(table)) {
        throw new IllegalStateException(table + " could be quantised");
      }
    }
  }

  private static boolean isLarge(Constant table) {
    return !(table.weight() instanceof Weight.Encoded) && table.weight().rows() >= ROWS_MIN;
  }
}
