package dev.embark.embed;

import java.util.Arrays;

/// Weights of some entries of the vocabulary; all others weigh 0.
public final class SparseVector {
  static final SparseVector EMPTY = new SparseVector(new int[0], new float[0]);

  private final int[] ids;
  private final float[] weights;

  /// Keeps the arrays themselves.
  ///
  /// @param ids in ascending order, each once
  /// @param weights one for each id
  SparseVector(int[] ids, float[] weights) {
    this.ids = ids;
    this.weights = weights;
  }

  /// Returns the vector of what is not 0 among the weights of all entries.
  static SparseVector of(float[] all) {
    int count = 0;
    for (float weight : all) {
      // NaN is not 0, and must not be lost.
      count += weight != 0 ? 1 : 0;
    }
    var ids = new int[count];
    var weights = new float[count];
    int next = 0;
    for (int id = 0; id < all.length; id++) {
      if (all[id] != 0) {
        ids[next] = id;
        weights[next] = all[id];
        next++;
      }
    }
    return new SparseVector(ids, weights);
  }

  /// Returns the number of entries that weigh something.
  public int size() {
    return ids.length;
  }

  /// Returns the ids in ascending order: the array itself, not a copy.
  public int[] ids() {
    return ids;
  }

  /// Returns the weights in the order of the ids: the array itself, not a copy.
  public float[] weights() {
    return weights;
  }

  /// Returns the weight of an id, 0 where it has none.
  public float weight(int id) {
    int index = Arrays.binarySearch(ids, id);
    return index < 0 ? 0 : weights[index];
  }

  /// Returns the sum of the products of the weights that both have: how near two texts are.
  public double dot(SparseVector other) {
    double sum = 0;
    int mine = 0;
    int theirs = 0;
    while (mine < ids.length && theirs < other.ids.length) {
      int order = Integer.compare(ids[mine], other.ids[theirs]);
      if (order == 0) {
        sum += (double) weights[mine] * other.weights[theirs];
      }
      mine += order <= 0 ? 1 : 0;
      theirs += order >= 0 ? 1 : 0;
    }
    return sum;
  }
}
