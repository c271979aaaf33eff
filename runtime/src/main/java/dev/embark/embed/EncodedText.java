package dev.embark.embed;

import dev.embark.tokenize.Tokens;

/// A text as the model is given it: prompt and text, cut at the limit.
public final class EncodedText {
  private final int[] ids;
  private final int[] typeIds;
  private final int uncounted;
  private final int untruncatedLength;

  /// Copies the tokens; the first `uncounted` are attended but not pooled.
  EncodedText(Tokens tokens, int uncounted) {
    this.ids = tokens.toIds();
    this.typeIds = tokens.toTypeIds();
    this.uncounted = uncounted;
    this.untruncatedLength = tokens.untruncatedLength();
  }

  /// Returns the number of tokens, special tokens included.
  public int length() {
    return ids.length;
  }

  public int id(int position) {
    return ids[position];
  }

  public int typeId(int position) {
    return typeIds[position];
  }

  /// Returns the value of the attention mask: 1, or 2 for a token of a prompt that pooling leaves
  /// out.
  public int mask(int position) {
    return position < uncounted ? 2 : 1;
  }

  /// Returns the number of tokens there would be without the limit.
  public int untruncatedLength() {
    return untruncatedLength;
  }
}
