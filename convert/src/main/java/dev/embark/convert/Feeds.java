package dev.embark.convert;

import dev.embark.embed.EncodedText;
import dev.embark.graph.Grid;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What a model is given for texts side by side: a matrix `[batch, sequence]` for each input, zeros
/// where a text has ended.
final class Feeds {
  private Feeds() {}

  /// One of the numbers that belong to each token.
  private interface Part {
    int of(EncodedText text, int position);
  }

  /// Returns the matrices by the names of the inputs; what a text has beyond `sequence` is left
  /// out.
  static Map<String, long[][]> of(List<EncodedText> texts, int sequence) {
    return Map.of(
        "input_ids", matrix(texts, sequence, EncodedText::id),
        "attention_mask", matrix(texts, sequence, EncodedText::mask),
        "token_type_ids", matrix(texts, sequence, EncodedText::typeId));
  }

  /// Returns the matrices as the interpreter takes them.
  static Map<String, Grid> toGrids(Map<String, long[][]> matrices) {
    return matrices.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> Grid.ofIntegers(entry.getValue())));
  }

  private static long[][] matrix(List<EncodedText> texts, int sequence, Part part) {
    var rows = new long[texts.size()][sequence];
    for (int row = 0; row < rows.length; row++) {
      var text = texts.get(row);
      for (int i = 0; i < Math.min(text.length(), sequence); i++) {
        rows[row][i] = part.of(text, i);
      }
    }
    return rows;
  }
}
