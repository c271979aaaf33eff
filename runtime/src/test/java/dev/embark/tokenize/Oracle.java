package dev.embark.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The reference `tokenizers` library behind its Java binding, offline, without truncation and
/// padding: what every id of ours is compared with.
final class Oracle implements AutoCloseable {
  static {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
  }

  /// What the library makes of a text, special tokens included.
  record Encoded(List<Integer> ids, List<Integer> typeIds) {}

  private final HuggingFaceTokenizer tokenizer;

  private Oracle(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  static Oracle open(Path tokenizerJson) {
    try {
      return of(Files.readString(tokenizerJson));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Oracle of(String tokenizerJson) {
    try {
      var bytes = new ByteArrayInputStream(tokenizerJson.getBytes(StandardCharsets.UTF_8));
      return new Oracle(
          HuggingFaceTokenizer.newInstance(
              bytes, Map.of("truncation", "false", "padding", "false")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int[] ids(String text) {
    long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, true);
    try {
      return toInts(TokenizersLibrary.LIB.getTokenIds(encoding));
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  /// Returns for each token of a text the index of the word it belongs to.
  int[] words(String text) {
    long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, true);
    try {
      return toInts(TokenizersLibrary.LIB.getWordIds(encoding));
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  Encoded encode(String text) {
    return encoded(TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, true));
  }

  Encoded encodePair(String first, String second) {
    return encoded(TokenizersLibrary.LIB.encodeDual(tokenizer.getHandle(), first, second, true));
  }

  /// Cuts every following encoding to `maxTokens`, the longest sequence of a pair first.
  void truncate(int maxTokens) {
    TokenizersLibrary.LIB.setTruncation(tokenizer.getHandle(), maxTokens, "longest_first", 0);
  }

  private static Encoded encoded(long encoding) {
    try {
      return new Encoded(
          toList(TokenizersLibrary.LIB.getTokenIds(encoding)),
          toList(TokenizersLibrary.LIB.getTypeIds(encoding)));
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  private static List<Integer> toList(long[] values) {
    return Arrays.stream(values).mapToObj(value -> (int) value).toList();
  }

  private static int[] toInts(long[] values) {
    var ints = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      ints[i] = (int) values[i];
    }
    return ints;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
