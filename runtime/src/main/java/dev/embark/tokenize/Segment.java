package dev.embark.tokenize;

import java.util.Arrays;

/// Decomposed characters that are put in canonical order, and perhaps joined again.
final class Segment {
  private static final int KEPT_MAX = 1 << 14;
  private static final int INSERTED_MAX = 16;
  private static final int RANKS = 256;

  private int[] codePoints = new int[64];
  private int[] ranks = new int[64];
  private int[] sorted = new int[0];
  private final int[] starts = new int[RANKS + 1];
  private int length;

  void clear() {
    length = 0;
    if (codePoints.length > KEPT_MAX) {
      codePoints = new int[64];
      ranks = new int[64];
      sorted = new int[0];
    }
  }

  void add(int codePoint) {
    if (length == codePoints.length) {
      codePoints = Arrays.copyOf(codePoints, length * 2);
      ranks = Arrays.copyOf(ranks, length * 2);
    }
    codePoints[length] = codePoint;
    ranks[length++] = NormalFormTable.rank(codePoint);
  }

  /// Adds what a mapping makes of a code point.
  void add(int codePoint, CharacterMapping mapping) {
    int found = mapping.find(codePoint);
    if (found >= 0) {
      add(found);
    } else {
      for (int i = 0; i < mapping.length(found); i++) {
        add(mapping.part(found, i));
      }
    }
  }

  void addHangul(int syllable) {
    add(Hangul.lead(syllable));
    add(Hangul.vowel(syllable));
    int trail = Hangul.trail(syllable);
    if (trail > Hangul.TRAIL) {
      add(trail);
    }
  }

  /// Puts each run of marks into the order of their ranks.
  void sort() {
    for (int from = 0; from < length; ) {
      int to = from;
      while (to < length && ranks[to] > 0) {
        to++;
      }
      if (to - from > INSERTED_MAX) {
        sortByCounting(from, to);
      } else {
        sortByInserting(from, to);
      }
      from = to + 1;
    }
  }

  private void sortByInserting(int from, int to) {
    for (int i = from + 1; i < to; i++) {
      int codePoint = codePoints[i];
      int rank = ranks[i];
      int at = i;
      for (; at > from && ranks[at - 1] > rank; at--) {
        codePoints[at] = codePoints[at - 1];
        ranks[at] = ranks[at - 1];
      }
      codePoints[at] = codePoint;
      ranks[at] = rank;
    }
  }

  /// Takes time in proportion, however long a run somebody sends.
  private void sortByCounting(int from, int to) {
    Arrays.fill(starts, 0);
    for (int i = from; i < to; i++) {
      starts[ranks[i] + 1]++;
    }
    for (int rank = 0; rank < RANKS; rank++) {
      starts[rank + 1] += starts[rank];
    }
    if (sorted.length < to - from) {
      sorted = new int[codePoints.length];
    }
    for (int i = from; i < to; i++) {
      sorted[starts[ranks[i]]++] = codePoints[i];
    }
    System.arraycopy(sorted, 0, codePoints, from, to - from);
    for (int i = from; i < to; i++) {
      ranks[i] = NormalFormTable.rank(codePoints[i]);
    }
  }

  /// Joins each character with those behind it that nothing blocks.
  void join() {
    int kept = 0;
    int starter = -1;
    int lastRank = -1;
    for (int i = 0; i < length; i++) {
      int codePoint = codePoints[i];
      int rank = ranks[i];
      boolean isBlocked = starter < 0 || (lastRank >= 0 && lastRank >= rank);
      int joined = isBlocked ? -1 : NormalFormTable.join(codePoints[starter], codePoint);
      if (joined >= 0) {
        codePoints[starter] = joined;
        continue;
      }
      if (rank == 0) {
        starter = kept;
        lastRank = -1;
      } else {
        lastRank = rank;
      }
      codePoints[kept++] = codePoint;
    }
    length = kept;
  }

  void addTo(Window target) {
    for (int i = 0; i < length; i++) {
      target.addCodePoint(codePoints[i]);
    }
  }
}
