package dev.embark.verify;

import java.util.ArrayList;
import java.util.List;

/// A few of many, evenly spread.
public final class Spread {
  private Spread() {}

  /// Returns at most `most` elements of a list, in its order, the first and the last among them.
  public static <T> List<T> of(List<T> all, int most) {
    int count = Math.min(most, all.size());
    var some = new ArrayList<T>();
    for (int i = 0; i < count; i++) {
      some.add(all.get(count == 1 ? 0 : i * (all.size() - 1) / (count - 1)));
    }
    return some;
  }
}
