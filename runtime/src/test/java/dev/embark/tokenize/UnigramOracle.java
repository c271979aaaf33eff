package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// One Unigram model twice: in the reference library, without anything around it, and in ours.
final class UnigramOracle implements AutoCloseable {
  private final Oracle oracle;
  private final UnigramModel model;
  private final UnigramScratch scratch = new UnigramScratch();
  private final TokenList list = new TokenList();

  /// A piece and its score as `tokenizer.json` writes it.
  record Scored(String piece, String score) {}

  UnigramOracle(List<Scored> pieces, int unknownId, UnigramModel.ByteFallback byteFallback) {
    var vocabulary = new StringBuilder();
    var builder = new UnigramModel.Builder("test");
    for (var scored : pieces) {
      vocabulary.append(vocabulary.isEmpty() ? "[\"" : ",[\"");
      vocabulary.append(scored.piece.replace("\\", "\\\\").replace("\"", "\\\""));
      vocabulary.append("\",").append(scored.score).append(']');
      byte[] score = scored.score.getBytes(StandardCharsets.US_ASCII);
      builder.add(
          scored.piece.toCharArray(),
          scored.piece.length(),
          JsonReal.parse(score, 0, score.length));
    }
    model = builder.build(unknownId, byteFallback);
    oracle =
        Oracle.of(
            """
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
             "pre_tokenizer":null,"post_processor":null,"decoder":null,
             "model":{"type":"Unigram","unk_id":%d,"byte_fallback":%s,"vocab":[%s]}}
            """
                .formatted(unknownId, byteFallback == UnigramModel.ByteFallback.BYTES, vocabulary));
  }

  /// Returns our ids of a text.
  int[] ids(String text) {
    list.start(Integer.MAX_VALUE, Side.RIGHT);
    // Something before and behind, which must not be looked at.
    char[] around = ("\uD83Ca" + text + "a\uDE80").toCharArray();
    model.encode(around, 2, around.length - 2, scratch, list);
    return ids(list);
  }

  static int[] ids(TokenList list) {
    var tokens = new Tokens();
    tokens.start(list.count(), list.count());
    list.copyTo(tokens, list.count(), 0);
    return tokens.toIds();
  }

  void compare(String text) {
    int[] ours = ids(text);
    int[] expected = oracle.ids(text);
    if (!Arrays.equals(ours, expected)) {
      assertThat(ours)
          .as(Arrays.toString(text.codePoints().mapToObj(Integer::toHexString).toArray()))
          .containsExactly(expected);
    }
  }

  @Override
  public void close() {
    oracle.close();
  }
}
