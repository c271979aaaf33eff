package dev.embark.embed;

import dev.embark.tokenize.Tokens;

/// An input as the model is given it: prompt and text, or a pair, cut at the limit.
public final class EncodedText {
  /// No tokens: what stands in a row that no input is left for.
  static final EncodedText NONE = new EncodedText(new int[0], new int[0], Counts.of(0, 0, 0));

  private final int[] ids;
  private final int[] typeIds;
  private final Counts counts;

  /// What is said about the positions of an input.
  ///
  /// @param own tokens of the input itself; what follows only fills up a query
  /// @param uncounted tokens at the start that are attended but not pooled
  /// @param attended tokens from the start that others see
  /// @param untruncated tokens there would be without the limit
  record Counts(int own, int uncounted, int attended, int untruncated) {
    /// Returns the counts of an input all of whose tokens are its own.
    static Counts of(int length, int uncounted, int untruncated) {
      return new Counts(length, uncounted, length, untruncated);
    }
  }

  /// Copies the tokens.
  EncodedText(Tokens tokens, int uncounted) {
    this(
        tokens.toIds(),
        tokens.toTypeIds(),
        Counts.of(tokens.length(), uncounted, tokens.untruncatedLength()));
  }

  /// Keeps the arrays themselves.
  EncodedText(int[] ids, int[] typeIds, Counts counts) {
    this.ids = ids;
    this.typeIds = typeIds;
    this.counts = counts;
  }

  /// Returns the number of positions: tokens, special ones included, and what fills up a query.
  public int length() {
    return ids.length;
  }

  /// Returns the number of tokens of the input itself, special tokens included.
  public int tokens() {
    return counts.own();
  }

  public int id(int position) {
    return ids[position];
  }

  /// Returns a copy of all ids.
  public int[] toIds() {
    return ids.clone();
  }

  /// Returns a copy of the segments.
  int[] toTypeIds() {
    return typeIds.clone();
  }

  public int typeId(int position) {
    return typeIds[position];
  }

  /// Returns the value of the attention mask: 1, 2 for a token of a prompt that pooling leaves out,
  /// or 0 for a position that other tokens do not see.
  public int mask(int position) {
    if (position >= counts.attended()) {
      return 0;
    }
    return position < counts.uncounted() ? 2 : 1;
  }

  /// Returns the number of tokens there would be without the limit.
  public int untruncatedLength() {
    return counts.untruncated();
  }
}
