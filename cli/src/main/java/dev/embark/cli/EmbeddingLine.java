package dev.embark.cli;

import dev.embark.embed.Embedding;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Kind;
import dev.embark.embed.SparseVector;
import java.util.Set;

/// What a model says of a text as one line of JSON, written by hand: a short command ends before a
/// JSON library has started.
final class EmbeddingLine {
  private final StringBuilder line = new StringBuilder(64);
  private final JsonText json = new JsonText(line);

  /// Begins a line with `index`, `text`, which is left out where it is empty because the texts
  /// stand in a file, and counts: `tokens` the model saw, `text_tokens` of the whole text,
  /// `truncated`.
  EmbeddingLine(long index, String text, Embedding embedding) {
    line.append("{\"index\":").append(index);
    if (!text.isEmpty()) {
      line.append(",\"text\":");
      json.string(text);
    }
    line.append(",\"tokens\":").append(embedding.tokens());
    line.append(",\"text_tokens\":").append(embedding.untruncatedTokens());
    line.append(",\"truncated\":").append(embedding.isTruncated());
  }

  /// Adds what the model was given: `input`, `token_ids`.
  EmbeddingLine explained(String exact, EncodedText encoded) {
    line.append(",\"input\":");
    json.string(exact);
    line.append(",\"token_ids\":");
    json.array(encoded.toIds());
    return this;
  }

  /// Ends the line with the results asked for: `embedding`, `sparse`, `token_vectors`.
  String with(Embedding embedding, Set<Kind> kinds) {
    if (kinds.contains(Kind.DENSE)) {
      line.append(",\"embedding\":");
      json.array(embedding.vector());
    }
    if (kinds.contains(Kind.SPARSE)) {
      line.append(",\"sparse\":");
      sparse(embedding.sparse());
    }
    if (kinds.contains(Kind.MULTI_VECTOR)) {
      line.append(",\"token_vectors\":[");
      var separator = "";
      for (float[] vector : embedding.tokenVectors()) {
        line.append(separator);
        json.array(vector);
        separator = ",";
      }
      line.append(']');
    }
    return line.append('}').toString();
  }

  private void sparse(SparseVector vector) {
    var separator = "";
    line.append('{');
    for (int i = 0; i < vector.size(); i++) {
      line.append(separator).append('"').append(vector.ids()[i]).append("\":");
      line.append(vector.weights()[i]);
      separator = ",";
    }
    line.append('}');
  }
}
