package dev.embark.graph;

import java.util.List;

/// Which row of a table of relative positions belongs to two tokens, by their distance `j − i`, and
/// whose token is multiplied with it.
///
/// @param rows a row for each distance from `−reach` to `reach`, beyond which the outermost counts
/// @param side whether the token at `i`, which looks, or the one at `j`, which is seen, is
///   multiplied
public record Distances(List<Integer> rows, Side side) {
  public Distances {
    rows = List.copyOf(rows);
    if (rows.size() % 2 == 0) {
      throw new IllegalArgumentException(rows.size() + " distances have no middle");
    }
  }

  /// A token of a pair.
  public enum Side {
    /// The token at `i`.
    LOOKING,
    /// The token at `j`.
    SEEN
  }

  /// Returns the largest distance that has a row of its own.
  public int reach() {
    return rows.size() / 2;
  }

  int row(int i, int j) {
    return rows.get(Math.clamp((long) j - i, -reach(), reach()) + reach());
  }

  @Override
  public String toString() {
    return "reach " + reach() + ", " + side;
  }
}
