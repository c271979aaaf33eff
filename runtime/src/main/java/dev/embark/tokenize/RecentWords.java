package dev.embark.tokenize;

import java.util.Arrays;

/// Short words that a model cut of late, and their ids: most words of a text were there before.
///
/// A fixed number of places; a word takes the place of another with the same hash. What a word
/// becomes depends on nothing else, so the ids are the same with and without.
final class RecentWords {
  private static final int WORDS = 2048;
  private static final int UNITS_MAX = 16;
  private static final int IDS_MAX = 6;
  private static final char[] NOTHING = {};
  private static final Object NOBODY = new Object();

  private Object owner = NOBODY;
  private char[] words = NOTHING;
  private int[] ids = new int[0];
  private byte[] lengths = new byte[0];
  private byte[] counts = new byte[0];

  // The word that is being cut.
  private char[] text = NOTHING;
  private int from;
  private int length;
  private int place;
  private int count;

  /// Adds the ids of a word if they are known; else the word is the one whose ids are to come.
  ///
  /// @param model whom the ids are from; another one's are forgotten
  boolean addTo(TokenList target, Object model, char[] text, int from, int to) {
    length = to - from;
    if (length == 0 || length > UNITS_MAX) {
      length = 0;
      return false;
    }
    if (!owner.equals(model)) {
      start(model);
    }
    int hash = Vocabulary.SEED;
    for (int i = from; i < to; i++) {
      hash = Vocabulary.step(hash, text[i]);
    }
    place = (hash ^ (hash >>> 15)) & (WORDS - 1);
    int start = place * UNITS_MAX;
    if (lengths[place] == length && Arrays.equals(words, start, start + length, text, from, to)) {
      int first = place * IDS_MAX;
      int last = first + counts[place];
      for (int i = first; i < last; i++) {
        target.add(ids[i]);
      }
      return true;
    }
    this.text = text;
    this.from = from;
    count = 0;
    // Whatever stands here is overwritten from now on.
    lengths[place] = 0;
    return false;
  }

  private void start(Object model) {
    owner = model;
    if (words.length == 0) {
      words = new char[WORDS * UNITS_MAX];
      ids = new int[WORDS * IDS_MAX];
      counts = new byte[WORDS];
    }
    lengths = new byte[WORDS];
  }

  /// Takes the next id of the word.
  void add(int id) {
    if (length > 0 && count < IDS_MAX) {
      ids[place * IDS_MAX + count] = id;
    }
    count++;
  }

  /// Keeps the word, now that its ids are complete.
  void keep() {
    if (length > 0 && count <= IDS_MAX) {
      System.arraycopy(text, from, words, place * UNITS_MAX, length);
      lengths[place] = (byte) length;
      counts[place] = (byte) count;
    }
    text = NOTHING;
  }
}
