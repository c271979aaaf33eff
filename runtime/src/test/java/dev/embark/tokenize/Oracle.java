package dev.embark.tokenize;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// The reference library `tokenizers` behind its Java binding, offline: what every id of ours is
/// compared with. Unlike ours it follows the truncation that a `tokenizer.json` asks for.
final class Oracle implements AutoCloseable {
  static {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
    LibUtils.checkStatus();
  }

  private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

  /// What the library makes of a text, special tokens included.
  record Encoded(List<Integer> ids, List<Integer> typeIds) {}

  private final long handle;

  private Oracle(long handle) {
    this.handle = handle;
  }

  static Oracle open(Path tokenizerJson) {
    try {
      return of(Files.readString(tokenizerJson));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Oracle of(String tokenizerJson) {
    return new Oracle(LIBRARY.createTokenizerFromString(tokenizerJson));
  }

  int[] ids(String text) {
    long encoding = LIBRARY.encode(handle, text, true);
    try {
      return toInts(LIBRARY.getTokenIds(encoding));
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  /// Returns the ids of a text, and behind them the index of the word that each belongs to.
  List<int[]> idsAndWords(String text) {
    long encoding = LIBRARY.encode(handle, text, true);
    try {
      return List.of(toInts(LIBRARY.getTokenIds(encoding)), toInts(LIBRARY.getWordIds(encoding)));
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  Encoded encodePair(String first, String second) {
    long encoding = LIBRARY.encodeDual(handle, first, second, true);
    try {
      return new Encoded(
          toList(LIBRARY.getTokenIds(encoding)), toList(LIBRARY.getTypeIds(encoding)));
    } finally {
      LIBRARY.deleteEncoding(encoding);
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
    LIBRARY.deleteTokenizer(handle);
  }
}
