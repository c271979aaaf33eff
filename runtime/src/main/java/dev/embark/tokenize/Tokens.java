package dev.embark.tokenize;

import java.util.Arrays;
import java.util.Objects;

/// The ids of a text or a pair, special tokens included; filled by [Tokenizer], kept and reused by
/// one thread at a time. Once it has grown to the size of its owner's texts, encoding allocates
/// nothing.
public final class Tokens {
  private int[] ids = new int[64];
  private int[] typeIds = new int[64];
  private int length;
  private int untruncatedLength;
  private final Scratch scratch = new Scratch();

  /// Returns the number of tokens.
  public int length() {
    return length;
  }

  /// Returns the id of the token at `index`.
  public int id(int index) {
    return ids[Objects.checkIndex(index, length)];
  }

  /// Returns the segment of the token at `index`: 0 or 1.
  public int typeId(int index) {
    return typeIds[Objects.checkIndex(index, length)];
  }

  /// Returns the number of tokens there would be without a limit.
  public int untruncatedLength() {
    return untruncatedLength;
  }

  /// Returns a copy of the ids.
  public int[] toIds() {
    return Arrays.copyOf(ids, length);
  }

  /// Returns a copy of the segments.
  public int[] toTypeIds() {
    return Arrays.copyOf(typeIds, length);
  }

  Scratch scratch() {
    return scratch;
  }

  void start(int tokens, int untruncatedTokens) {
    if (tokens > ids.length) {
      int capacity = Math.max(tokens, ids.length * 2);
      ids = new int[capacity];
      typeIds = new int[capacity];
    }
    length = 0;
    untruncatedLength = untruncatedTokens;
  }

  void add(int id, int typeId) {
    ids[length] = id;
    typeIds[length] = typeId;
    length++;
  }
}
