package dev.embark.cli;

import dev.embark.embed.EncodedText;
import dev.embark.embed.RerankRequest;
import dev.embark.embed.Reranker;
import dev.embark.embed.Score;
import dev.embark.embed.TextPair;
import dev.embark.format.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// What a model says of a pair, told to people and to programs.
///
/// @param index of the document among those given, or of the pair in its file
record ScoreLine(long index, TextPair pair, Score score) {
  private static final int TEXT_CHARS_MAX = 100;

  /// Which numbers are shown.
  enum Numbers {
    SCORES,
    /// What the model gives before its activation.
    LOGITS
  }

  float[] numbers(Numbers numbers) {
    return switch (numbers) {
      case SCORES -> score.values();
      case LOGITS -> score.logits();
    };
  }

  /// Returns a row of a table: the numbers, the index, the text.
  String row(float... shown) {
    var row = new StringBuilder();
    for (float number : shown) {
      row.append(String.format(Locale.ROOT, "%10.5f", number));
    }
    String text = pair.document().replaceAll("\\s+", " ").strip();
    boolean isLong = text.length() > TEXT_CHARS_MAX;
    return row.append("  [")
        .append(index)
        .append("] ")
        .append(isLong ? text.substring(0, TEXT_CHARS_MAX) + "…" : text)
        .toString();
  }

  /// Returns `{"index", "query", "text", "scores", "tokens", "text_tokens", "truncated"}`.
  ///
  /// @param labels names of the numbers, in order
  ObjectNode toJson(List<String> labels, Numbers numbers) {
    var node =
        Json.object().put("index", index).put("query", pair.query()).put("text", pair.document());
    var scores = node.putObject("scores");
    for (int i = 0; i < labels.size(); i++) {
      scores.put(labels.get(i), numbers(numbers)[i]);
    }
    return node.put("tokens", score.tokens())
        .put("text_tokens", score.untruncatedTokens())
        .put("truncated", score.isTruncated());
  }

  /// Returns what the model was given for the pair, a line for each text: the text as it is
  /// tokenized, and its ids.
  List<String> explanation(Reranker reranker, RerankRequest request) {
    var texts =
        reranker.exactTexts(pair, request).stream()
            .map(text -> "  input: " + JsonText.quoted(text));
    var ids =
        reranker.encode(pair, request).stream().map(encoded -> "  token_ids: " + ids(encoded));
    return Stream.concat(texts, ids).toList();
  }

  private static String ids(EncodedText text) {
    var line = new StringBuilder();
    new JsonText(line).array(text.toIds());
    return line.toString();
  }

  /// Adds what the model was given for the pair: `inputs`, `token_ids`, one for each text.
  void explain(ObjectNode node, Reranker reranker, RerankRequest request) {
    var inputs = node.putArray("inputs");
    reranker.exactTexts(pair, request).forEach(inputs::add);
    var ids = node.putArray("token_ids");
    for (var encoded : reranker.encode(pair, request)) {
      var list = ids.addArray();
      for (int id : encoded.toIds()) {
        list.add(id);
      }
    }
  }
}
