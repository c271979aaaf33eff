package dev.embark.embed;

/// The vector of a text, and how much of the text the model saw.
public final class Embedding {
  private final float[] vector;
  private final int tokens;
  private final int untruncatedTokens;

  Embedding(float[] vector, int tokens, int untruncatedTokens) {
    this.vector = vector;
    this.tokens = tokens;
    this.untruncatedTokens = untruncatedTokens;
  }

  /// Returns the vector itself, not a copy: it belongs to whoever asked for it.
  public float[] vector() {
    return vector;
  }

  /// Returns the number of tokens the model saw, special tokens and prompt included.
  public int tokens() {
    return tokens;
  }

  /// Returns the number of tokens of the whole text.
  public int untruncatedTokens() {
    return untruncatedTokens;
  }

  /// Returns whether the end of the text was left out because it is longer than the model takes.
  public boolean isTruncated() {
    return untruncatedTokens > tokens;
  }
}
