package dev.embark.tokenize;

import java.util.Arrays;

/// The ids of words that were seen lately, for one model: a thread's own, of fixed size. When it is
/// full it begins anew.
final class WordCache {
  /// Longest word that is kept, in UTF-16 units.
  static final int WORD_MAX = 48;

  private static final int WORDS = 1 << 14;
  private static final int SLOTS = 2 * WORDS;

  private final long[] slots = new long[SLOTS];
  private final int[] starts = new int[WORDS + 1];
  private final int[] idStarts = new int[WORDS + 1];
  private final char[] characters = new char[WORDS * 12];
  private final int[] ids = new int[WORDS * 4];
  private int words;
  private WordModel owner = (_, _, _, _, _) -> {};

  /// Forgets everything that belongs to another model.
  void belongTo(WordModel model) {
    if (!owner.equals(model)) {
      owner = model;
      clear();
    }
  }

  private void clear() {
    Arrays.fill(slots, 0);
    words = 0;
  }

  static int hash(char[] text, int from, int to) {
    int hash = Vocabulary.SEED;
    for (int i = from; i < to; i++) {
      hash = Vocabulary.step(hash, text[i]);
    }
    return hash;
  }

  /// Adds the ids of a word to `target` and returns true, or returns false where it is not known.
  boolean addTo(TokenList target, int hash, char[] text, int from, int to) {
    int slot = Vocabulary.spread(hash) & (SLOTS - 1);
    for (long found = slots[slot]; found != 0; found = slots[slot]) {
      if ((int) (found >>> 32) == hash) {
        int word = (int) found - 1;
        int start = starts[word];
        if (starts[word + 1] - start == to - from && isEqual(start, text, from, to)) {
          for (int i = idStarts[word]; i < idStarts[word + 1]; i++) {
            target.add(ids[i]);
          }
          return true;
        }
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return false;
  }

  private boolean isEqual(int start, char[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (characters[start + i - from] != text[i]) {
        return false;
      }
    }
    return true;
  }

  /// Takes up a word that is not known.
  void put(int hash, char[] text, int from, int to, Pieces pieces) {
    if (words == WORDS
        || starts[words] + to - from > characters.length
        || idStarts[words] + pieces.count > ids.length) {
      clear();
    }
    System.arraycopy(text, from, characters, starts[words], to - from);
    System.arraycopy(pieces.ids, 0, ids, idStarts[words], pieces.count);
    starts[words + 1] = starts[words] + to - from;
    idStarts[words + 1] = idStarts[words] + pieces.count;
    words++;
    int slot = Vocabulary.spread(hash) & (SLOTS - 1);
    while (slots[slot] != 0) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    slots[slot] = ((long) hash << 32) | words;
  }
}
