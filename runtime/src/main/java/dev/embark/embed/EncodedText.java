package dev.embark.embed;

import dev.embark.tokenize.Tokens;

/// The tokens of a text, kept until its batch is run.
final class EncodedText {
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

  int length() {
    return ids.length;
  }

  int id(int position) {
    return ids[position];
  }

  int typeId(int position) {
    return typeIds[position];
  }

  boolean isCounted(int position) {
    return position >= uncounted;
  }

  int untruncatedLength() {
    return untruncatedLength;
  }
}
