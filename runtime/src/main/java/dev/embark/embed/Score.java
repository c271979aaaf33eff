package dev.embark.embed;

import java.util.Comparator;

/// What a model says of a pair of texts, and how much of it the model saw.
public final class Score {
  private final float[] values;
  private final float[] logits;
  private final int tokens;
  private final int untruncatedTokens;

  /// Keeps the arrays themselves.
  ///
  /// @param values one for each label
  /// @param logits what the values were made from
  Score(float[] values, float[] logits, int tokens, int untruncatedTokens) {
    this.values = values;
    this.logits = logits;
    this.tokens = tokens;
    this.untruncatedTokens = untruncatedTokens;
  }

  /// Returns an order in which the score of a label, counted from 0, falls. The activation loses
  /// differences of large logits and never changes an order, so logits are compared.
  public static Comparator<Score> bestFirst(int label) {
    return Comparator.comparingDouble((Score score) -> score.logits[label]).reversed();
  }

  /// Returns the scores in the order of the model's labels: the array itself, not a copy.
  public float[] values() {
    return values;
  }

  /// Returns what the model gives before its activation: the array itself, not a copy.
  public float[] logits() {
    return logits;
  }

  /// Returns the number of tokens the model saw, special tokens included.
  public int tokens() {
    return tokens;
  }

  /// Returns the number of tokens of the whole pair.
  public int untruncatedTokens() {
    return untruncatedTokens;
  }

  /// Returns whether a part was left out because the pair is longer than the model takes.
  public boolean isTruncated() {
    return untruncatedTokens > tokens;
  }
}
