package dev.embark.tokenize;

import java.util.Arrays;

/// The pieces of one word while [BpeModel] merges them: ids in a row, then linked where there are
/// many.
final class Pieces {
  private static final int KEPT_MAX = 1 << 14;

  /// Above this number of pieces, a queue finds the next pair faster than looking at all.
  private static final int SCANNED_MAX = 64;

  private static final int NO_PAIR = Integer.MAX_VALUE;

  int[] ids = new int[256];
  int count;

  /// The place of the pair of a piece and the one behind it in the list of merges.
  private int[] ranks = new int[256];

  private int[] next = new int[0];
  private int[] previous = new int[0];
  private long[] queue = new long[0];
  private int queued;

  void clear() {
    count = 0;
    if (ids.length > KEPT_MAX) {
      ids = new int[256];
      ranks = new int[256];
      next = new int[0];
      previous = new int[0];
      queue = new long[0];
    }
  }

  void add(int id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, count * 2);
      ranks = new int[count * 2];
    }
    ids[count++] = id;
  }

  /// Merges pairs, the first in the list first, and of equal ones the leftmost.
  void merge(Merges merges) {
    for (int i = 0; i + 1 < count; i++) {
      ranks[i] = merges.rank(ids[i], ids[i + 1]);
    }
    if (count > SCANNED_MAX) {
      mergeByQueue(merges);
    } else {
      mergeByScanning(merges);
    }
  }

  private void mergeByScanning(Merges merges) {
    while (count > 1) {
      int best = 0;
      for (int i = 1; i < count - 1; i++) {
        if (ranks[i] < ranks[best]) {
          best = i;
        }
      }
      if (ranks[best] == NO_PAIR) {
        return;
      }
      ids[best] = merges.merged(ranks[best]);
      count--;
      int moved = count - best - 1;
      System.arraycopy(ids, best + 2, ids, best + 1, moved);
      System.arraycopy(ranks, best + 1, ranks, best, moved);
      if (best + 1 < count) {
        ranks[best] = merges.rank(ids[best], ids[best + 1]);
      }
      if (best > 0) {
        ranks[best - 1] = merges.rank(ids[best - 1], ids[best]);
      }
    }
  }

  private void mergeByQueue(Merges merges) {
    link();
    while (queued > 0) {
      long top = poll();
      int rank = (int) (top >>> 32);
      int left = (int) top;
      // A pair that is gone leaves its entry behind.
      if (ranks[left] != rank) {
        continue;
      }
      int right = next[left];
      int after = next[right];
      ids[left] = merges.merged(rank);
      ranks[right] = NO_PAIR;
      next[left] = after;
      ranks[left] = NO_PAIR;
      if (after < count) {
        previous[after] = left;
        ranks[left] = merges.rank(ids[left], ids[after]);
        offer(left);
      }
      int before = previous[left];
      if (before >= 0) {
        ranks[before] = merges.rank(ids[before], ids[left]);
        offer(before);
      }
    }
    int kept = 0;
    for (int i = 0; i < count; i = next[i]) {
      ids[kept++] = ids[i];
    }
    count = kept;
  }

  private void link() {
    if (next.length < count) {
      next = new int[ids.length];
      previous = new int[ids.length];
    }
    queued = 0;
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < count) {
        offer(i);
      }
    }
    ranks[count - 1] = NO_PAIR;
  }

  private void offer(int left) {
    if (ranks[left] == NO_PAIR) {
      return;
    }
    if (queued == queue.length) {
      queue = Arrays.copyOf(queue, Math.max(1024, queued * 2));
    }
    long entry = ((long) ranks[left] << 32) | left;
    int at = queued++;
    while (at > 0 && queue[(at - 1) >>> 1] > entry) {
      queue[at] = queue[(at - 1) >>> 1];
      at = (at - 1) >>> 1;
    }
    queue[at] = entry;
  }

  private long poll() {
    long top = queue[0];
    long last = queue[--queued];
    int at = 0;
    while (2 * at + 1 < queued) {
      int child = 2 * at + 1;
      if (child + 1 < queued && queue[child + 1] < queue[child]) {
        child++;
      }
      if (queue[child] >= last) {
        break;
      }
      queue[at] = queue[child];
      at = child;
    }
    queue[at] = last;
    return top;
  }

  void addTo(TokenList target) {
    for (int i = 0; i < count; i++) {
      target.add(ids[i]);
    }
  }
}
