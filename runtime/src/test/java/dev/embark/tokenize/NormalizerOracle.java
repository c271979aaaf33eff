package dev.embark.tokenize;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// What the reference library's normalizer makes of a text: its model spells any text in bytes (BPE
/// with byte fallback and no merges), so that the ids are the normalized text.
final class NormalizerOracle implements AutoCloseable {
  private final Oracle oracle;

  /// @param normalizer as in `tokenizer.json`
  NormalizerOracle(String normalizer) {
    var vocabulary = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      vocabulary.append(i > 0 ? "," : "").append("\"<0x%02X>\":%d".formatted(i, i));
    }
    oracle =
        Oracle.of(
            """
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":%s,
             "pre_tokenizer":null,"post_processor":null,"decoder":null,
             "model":{"type":"BPE","dropout":null,"unk_token":null,
              "continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,
              "byte_fallback":true,"ignore_merges":false,"vocab":{%s},"merges":[]}}
            """
                .formatted(normalizer, vocabulary));
  }

  static NormalizerOracle precompiled(byte[] map) {
    return new NormalizerOracle(
        "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"%s\"}"
            .formatted(Base64.getEncoder().encodeToString(map)));
  }

  String normalize(String text) {
    int[] ids = oracle.ids(text);
    var bytes = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bytes[i] = (byte) ids[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    oracle.close();
  }
}
