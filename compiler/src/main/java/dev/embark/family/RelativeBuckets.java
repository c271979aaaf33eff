package dev.embark.family;

import dev.embark.graph.Constant;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.List;

/// The buckets of T5's relative positions (<https://arxiv.org/abs/1910.10683>), which MPNet shares:
/// near distances have one each, far ones share them on a logarithmic scale, up to a largest
/// distance.
final class RelativeBuckets {
  private RelativeBuckets() {}

  /// Returns the trained scores `[buckets, heads]` laid out by distance `j − i`: `[2·maxDistance +
  /// 1, heads]`.
  static Constant byDistance(Constant table, int maxDistance) {
    int buckets = (int) table.shape().size(0);
    var rows = new ArrayList<Integer>();
    for (int distance = -maxDistance; distance <= maxDistance; distance++) {
      rows.add(bucket(distance, buckets, maxDistance));
    }
    var picked = new Weight.Picked(table.weight(), List.copyOf(rows));
    return new Constant(table.name() + ".by_distance", picked);
  }

  /// Returns the bucket of a distance. The logarithm is rounded to 32 bits, as torch has it: on the
  /// border of two buckets that decides.
  static int bucket(int distance, int buckets, int maxDistance) {
    int half = buckets / 2;
    int exact = half / 2;
    int away = Math.abs(distance);
    int behind = distance > 0 ? half : 0;
    if (away < exact) {
      return behind + away;
    }
    float ratio = (float) Math.log((float) away / exact);
    float share = ratio / (float) Math.log((double) maxDistance / exact);
    int far = exact + (int) (share * (half - exact));
    return behind + Math.min(far, half - 1);
  }
}
