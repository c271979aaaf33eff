package dev.embark.embed;

/// What a model says of a text, and how much of the text it saw. Parts that were not asked for are
/// empty.
public final class Embedding {
  private final Parts parts;
  private final int tokens;
  private final int untruncatedTokens;

  Embedding(Parts parts, EncodedText text) {
    this.parts = parts;
    this.tokens = text.tokens();
    this.untruncatedTokens = text.untruncatedLength();
  }

  /// The results of each kind.
  static final class Parts {
    private float[] vector = new float[0];
    private SparseVector sparse = SparseVector.EMPTY;
    private float[][] tokenVectors = new float[0][];

    void vector(float[] values) {
      vector = values;
    }

    void sparse(SparseVector values) {
      sparse = values;
    }

    void tokenVectors(float[][] values) {
      tokenVectors = values;
    }
  }

  /// Returns the vector itself, not a copy: it belongs to whoever asked for it.
  public float[] vector() {
    return parts.vector;
  }

  /// Returns the weights of entries of the vocabulary.
  public SparseVector sparse() {
    return parts.sparse;
  }

  /// Returns the vectors of the tokens that have one, in order: the arrays themselves, not copies.
  public float[][] tokenVectors() {
    return parts.tokenVectors;
  }

  /// Returns the number of tokens the model saw, special tokens and prompt included.
  public int tokens() {
    return tokens;
  }

  /// Returns the number of tokens of the whole text.
  public int untruncatedTokens() {
    return untruncatedTokens;
  }

  /// Returns whether a part of the text was left out because it is longer than the model takes.
  public boolean isTruncated() {
    return untruncatedTokens > tokens;
  }
}
