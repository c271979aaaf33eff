package dev.embark.embed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Groups texts into batches of equal or nearly equal length.
///
/// A batch as wide as its longest text makes the processor compute on padding; texts in the order
/// they come nearly double the work. A single text of 64 tokens already fills a matrix product, so
/// a batch gains little and is kept within the caches.
public final class Batcher {
  /// A text joins a batch if less than one in this many of its positions would be padding.
  private static final int PADDING_SHARE = 32;

  private Batcher() {}

  /// Returns batches of indices into `lengths`, longest texts first, so that callers who share them
  /// finish together; each index is in exactly one.
  ///
  /// @param tokens most tokens in a batch, padding included; a longer text has a batch of its own
  /// @param texts most texts in a batch
  public static List<int[]> plan(int[] lengths, int tokens, int texts) {
    long[] order = descending(lengths);
    var batches = new ArrayList<int[]>();
    int first = 0;
    while (first < order.length) {
      int longest = lengths[index(order[first])];
      int most = Math.clamp(longest == 0 ? texts : tokens / longest, 1, texts);
      int shortest = longest - longest / PADDING_SHARE;
      int end = first + 1;
      while (end < order.length && end - first < most && lengths[index(order[end])] >= shortest) {
        end++;
      }
      var batch = new int[end - first];
      for (int i = first; i < end; i++) {
        batch[i - first] = index(order[i]);
      }
      batches.add(batch);
      first = end;
    }
    return batches;
  }

  /// Returns lengths, negated so that they sort downwards, over indices.
  private static long[] descending(int[] lengths) {
    var order = new long[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      order[i] = (long) -lengths[i] << 32 | i;
    }
    Arrays.sort(order);
    return order;
  }

  private static int index(long entry) {
    return (int) entry;
  }
}
