package dev.embark.graph;

/// Which tokens a token of an attention sees, beside those that the mask leaves out. `i` is the
/// position of the token that looks, `j` that of the one that is seen.
public sealed interface Sight {
  /// Every token.
  record All() implements Sight {}

  /// `j ≤ i`.
  record Causal() implements Sight {}

  /// `|i − j| ≤ reach`.
  record Near(int reach) implements Sight {}

  /// `0 ≤ i − j ≤ reach`.
  record CausalNear(int reach) implements Sight {}

  /// Returns whether no token sees what lies behind it.
  default boolean isCausal() {
    return switch (this) {
      case All _, Near _ -> false;
      case Causal _, CausalNear _ -> true;
    };
  }

  /// Returns what is added to scores `[sequence, sequence]`: 0 where a token is reached, else
  /// `unseen`.
  default float[] bias(int sequence, float unseen) {
    var values = new float[Math.multiplyExact(sequence, sequence)];
    for (int i = 0; i < sequence; i++) {
      for (int j = 0; j < sequence; j++) {
        values[i * sequence + j] = reaches(i, j) ? 0 : unseen;
      }
    }
    return values;
  }

  /// Returns whether the token at `i` sees the one at `j`.
  default boolean reaches(int i, int j) {
    return switch (this) {
      case All() -> true;
      case Causal() -> j <= i;
      case Near(var reach) -> Math.abs(i - j) <= reach;
      case CausalNear(var reach) -> j <= i && i - j <= reach;
    };
  }
}
