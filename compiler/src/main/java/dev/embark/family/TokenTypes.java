package dev.embark.family;

import dev.embark.checkpoint.Weights;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;

/// Embeddings of the segments that tokens belong to, where a checkpoint may have any number of
/// them.
final class TokenTypes {
  private TokenTypes() {}

  /// Returns `words` `[batch, sequence, width]` with the segments' vectors added. A single segment
  /// is that of every token and needs no input.
  ///
  /// @param scope of the table `[count, width]`
  static Value add(GraphBuilder graph, Value words, Weights scope, int count) {
    long width = words.shape().size(-1);
    if (count == 0) {
      return words;
    }
    if (count == 1) {
      return graph.add(
          words, graph.parameter(GraphBuilder.parameter(scope, "weight", count, width)));
    }
    return graph.add(words, graph.embedding(graph.tokens("token_type_ids"), scope, count, width));
  }
}
