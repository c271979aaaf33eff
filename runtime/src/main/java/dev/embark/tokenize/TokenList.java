package dev.embark.tokenize;

import java.util.Arrays;

/// The ids of one text without special tokens: counts all of them, keeps only as many as can be
/// asked for, so that a long text needs no more memory than a short one.
final class TokenList {
  private int[] ids = new int[128];
  private int stored;
  private int count;
  private int limit;
  private Side side = Side.RIGHT;

  /// Forgets everything; from now on at most `limit` ids are kept, `side` is cut off.
  void start(int limit, Side side) {
    this.limit = limit;
    this.side = side;
    stored = 0;
    count = 0;
  }

  void add(int id) {
    count++;
    if (stored == limit && side == Side.RIGHT) {
      return;
    }
    if (stored == ids.length) {
      makeRoom();
    }
    ids[stored++] = id;
  }

  private void makeRoom() {
    if (side == Side.LEFT && stored >= 2L * limit) {
      System.arraycopy(ids, stored - limit, ids, 0, limit);
      stored = limit;
    } else {
      ids = Arrays.copyOf(ids, ids.length * 2);
    }
  }

  /// Adds all ids, none of which was cut off, to the pieces of a word.
  void addTo(Pieces target) {
    for (int i = 0; i < stored; i++) {
      target.add(ids[i]);
    }
  }

  /// Returns the number of ids that were added.
  int count() {
    return count;
  }

  /// Appends the `length` ids that are left after truncation to `target`.
  void copyTo(Tokens target, int length, int typeId) {
    int from = side == Side.LEFT ? stored - length : 0;
    for (int i = 0; i < length; i++) {
      target.add(ids[from + i], typeId);
    }
  }
}
