package dev.embark.tokenize;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Asks the reference library about many code points at once.
///
/// Each question is a tokenizer.json whose model spells any text in bytes (BPE with byte fallback
/// and no merges), so that its ids are the normalized text itself. Lone surrogates are left out: no
/// text of the library can hold them.
final class Sweep {
  private static final int BATCH = 8192;
  private static final int STRIDE = 64;

  private final Extent extent;

  Sweep(Extent extent) {
    this.extent = extent;
  }

  /// Which code points are asked for.
  enum Extent {
    EVERY_CODE_POINT,
    ASCII,
    /// Every code point of the planes that hold characters; of the eleven others (unassigned or for
    /// private use throughout) the ends, and every 64th between them for its neighbours.
    INHABITED_PLANES
  }

  /// Asks for the normalized form of every code point.
  void answers(String normalizer, char separator, BiConsumer<Integer, String> take) {
    try (var oracle = Oracle.of(spelling(normalizer, "null", "[]"))) {
      batches(batch -> {
        var text = new StringBuilder();
        for (int codePoint : batch) {
          text.append(separator);
          if (codePoint != separator) {
            text.appendCodePoint(codePoint);
          }
        }
        var answers = spell(oracle.ids(text.toString())).split(String.valueOf(separator), -1);
        check(answers.length == batch.length + 1, "answers of batch at " + batch[0]);
        for (int i = 0; i < batch.length; i++) {
          take.accept(batch[i], batch[i] == separator ? String.valueOf(separator) : answers[i + 1]);
        }
      });
    }
  }

  void batches(Consumer<int[]> take) {
    var batch = new int[BATCH];
    int count = 0;
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      if (isAsked(codePoint)) {
        batch[count++] = codePoint;
      }
      if (count == BATCH || codePoint == Character.MAX_CODE_POINT) {
        take.accept(Arrays.copyOf(batch, count));
        count = 0;
      }
    }
  }

  private boolean isAsked(int codePoint) {
    if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      return false;
    }
    return switch (extent) {
      case EVERY_CODE_POINT -> true;
      case ASCII -> codePoint < 128;
      case INHABITED_PLANES -> isInhabited(codePoint) || codePoint % STRIDE == 0;
    };
  }

  private static boolean isInhabited(int codePoint) {
    int plane = codePoint >>> 16;
    int inPlane = codePoint & 0xFFFF;
    return plane < 4 || plane == 14 || inPlane < STRIDE || inPlane >= 0x10000 - STRIDE;
  }

  /// Gives code points that were not asked for the class of the one before that was.
  BitSet spread(BitSet set) {
    if (extent == Extent.INHABITED_PLANES) {
      for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
        if (!isInhabited(codePoint)) {
          set.set(codePoint, set.get(codePoint / STRIDE * STRIDE));
        }
      }
    }
    return set;
  }

  static String spell(int[] ids) {
    var bytes = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bytes[i] = (byte) ids[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static int utf8Length(int codePoint) {
    return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
  }

  static String spelling(String normalizer, String preTokenizer, String addedTokens) {
    var vocabulary = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      vocabulary.append(i > 0 ? "," : "").append("\"<0x%02X>\":%d".formatted(i, i));
    }
    return """
    {"version":"1.0","truncation":null,"padding":null,"added_tokens":%s,"normalizer":%s,
     "pre_tokenizer":%s,"post_processor":null,"decoder":null,
     "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
      "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":true,"ignore_merges":false,
      "vocab":{%s},"merges":[]}}
    """
        .formatted(addedTokens, normalizer, preTokenizer, vocabulary);
  }

  static void check(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("The sweep does not understand the library: " + what);
    }
  }
}
