package dev.embark.graph;

/// How an attention splits its values and weighs its scores.
///
/// @param query number of heads
/// @param keyValue number of heads of keys and values; each serves `query / keyValue` heads in a
///   row (grouped-query attention, <https://arxiv.org/abs/2305.13245>)
/// @param scale factor of the products of queries and keys
/// @param sight which tokens see which
public record Heads(int query, int keyValue, double scale, Sight sight) {
  public Heads {
    if (keyValue < 1 || query % keyValue != 0) {
      throw new IllegalArgumentException(query + " heads cannot share " + keyValue);
    }
  }

  /// Returns `count` heads of `size` values each that see everything, with the usual scale
  /// `1/√size`.
  public static Heads of(int count, long size) {
    return new Heads(count, count, 1 / Math.sqrt((double) size), new Sight.All());
  }

  /// Returns how many heads share a key.
  public int group() {
    return query / keyValue;
  }

  @Override
  public String toString() {
    var shared = keyValue == query ? "" : ", key heads " + keyValue;
    var seen = sight instanceof Sight.All ? "" : ", " + sight;
    return "heads " + query + shared + ", scale " + scale + seen;
  }
}
