package dev.embark.tokenize;

import java.util.Arrays;

/// Entries and their ids: an open-addressing table over one array of characters, so that a piece of
/// text is looked up where it lies.
///
/// The hash of a piece grows character by character ([#step]), which gives the hashes of all its
/// beginnings on the way.
final class Vocabulary {
  /// Hash of nothing.
  static final int SEED = 0x9747B28C;

  /// What an entry of BERT's vocabulary takes in `tokenizer.json`.
  private static final int BYTES_PER_ENTRY = 24;

  /// Room for more entries than this is made as they come.
  private static final int ENTRIES_EXPECTED_MAX = 1 << 17;

  /// Longest run of taken slots: beyond it the entries were chosen to collide.
  private static final int PROBES_MAX = 1000;

  private final char[] characters;
  private final int[] starts;
  private final int[] ids;
  private final long[] slots;
  private final int longest;
  private final int maxId;

  /// Ids and entries in ascending order of the id, made when first asked for.
  private volatile long[] byId = new long[0];

  private Vocabulary(Builder builder) {
    characters = Arrays.copyOf(builder.characters, builder.starts[builder.count]);
    starts = Arrays.copyOf(builder.starts, builder.count + 1);
    ids = Arrays.copyOf(builder.ids, builder.count);
    slots = builder.slots;
    longest = builder.longest;
    int max = -1;
    for (int id : ids) {
      max = Math.max(max, id);
    }
    maxId = max;
  }

  /// Returns the hash of a piece followed by a character.
  static int step(int hash, char next) {
    return (hash ^ next) * 0x9E3779B1;
  }

  /// Returns the hash of a text.
  static int hash(String text) {
    int hash = SEED;
    for (int i = 0; i < text.length(); i++) {
      hash = step(hash, text.charAt(i));
    }
    return hash;
  }

  int size() {
    return ids.length;
  }

  /// Returns the length of the longest entry in UTF-16 units.
  int longest() {
    return longest;
  }

  int maxId() {
    return maxId;
  }

  /// Returns the ids of the entries of one UTF-16 unit, by that unit; -1 where there is none.
  int[] characterIds() {
    var characterIds = new int[Character.MAX_VALUE + 1];
    Arrays.fill(characterIds, -1);
    for (int entry = 0; entry < ids.length; entry++) {
      if (starts[entry + 1] - starts[entry] == 1) {
        characterIds[characters[starts[entry]]] = ids[entry];
      }
    }
    return characterIds;
  }

  /// Returns the id of an entry, or -1.
  int find(String entry) {
    return find(hash(entry), "", entry.toCharArray(), 0, entry.length());
  }

  /// Returns the id of the entry that is `prefix` and `text[from, to)`, or -1.
  ///
  /// @param hash of prefix and piece
  int find(int hash, String prefix, char[] text, int from, int to) {
    int mask = slots.length - 1;
    for (int slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      long found = slots[slot];
      if (found == 0) {
        return -1;
      }
      if ((int) (found >>> 32) == hash) {
        int entry = (int) found - 1;
        if (isEntry(entry, prefix, text, from, to)) {
          return ids[entry];
        }
      }
    }
  }

  private boolean isEntry(int entry, String prefix, char[] text, int from, int to) {
    int start = starts[entry];
    if (starts[entry + 1] - start != prefix.length() + to - from) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (characters[start++] != prefix.charAt(i)) {
        return false;
      }
    }
    for (int i = from; i < to; i++) {
      if (characters[start++] != text[i]) {
        return false;
      }
    }
    return true;
  }

  /// Returns the entry with an id, or an empty text.
  String entry(int id) {
    long[] sorted = byId;
    if (sorted.length < ids.length) {
      sorted = new long[ids.length];
      for (int entry = 0; entry < ids.length; entry++) {
        sorted[entry] = ((long) ids[entry] << 32) | entry;
      }
      Arrays.sort(sorted);
      byId = sorted;
    }
    int at = Arrays.binarySearch(sorted, (long) id << 32);
    at = at < 0 ? -at - 1 : at;
    if (at == sorted.length || (int) (sorted[at] >>> 32) != id) {
      return "";
    }
    int entry = (int) sorted[at];
    return new String(characters, starts[entry], starts[entry + 1] - starts[entry]);
  }

  static int spread(int hash) {
    return hash ^ (hash >>> 15);
  }

  /// Collects entries.
  static final class Builder {
    private char[] characters;
    private int[] starts;
    private int[] ids;
    private int[] hashes;
    private long[] slots;
    private int count;
    private int longest;

    /// @param bytes length of the text that the entries are read from, to begin with about the room
    ///   they will need
    Builder(int bytes) {
      int expected = Math.min(bytes / BYTES_PER_ENTRY, ENTRIES_EXPECTED_MAX);
      int capacity = Integer.highestOneBit(Math.max(16, expected)) * 2;
      characters = new char[8 * capacity];
      starts = new int[capacity];
      ids = new int[capacity];
      hashes = new int[capacity];
      slots = new long[2 * capacity];
    }

    /// How an entry was taken up.
    enum Outcome {
      NEW,
      REPLACED,
      COLLIDING
    }

    /// Adds the entry `text[0, length)`, or gives it another id where it is there already.
    Outcome put(char[] text, int length, int id) {
      int hash = SEED;
      for (int i = 0; i < length; i++) {
        hash = step(hash, text[i]);
      }
      int mask = slots.length - 1;
      int slot = spread(hash) & mask;
      for (int probes = 0; slots[slot] != 0; probes++, slot = (slot + 1) & mask) {
        int entry = (int) slots[slot] - 1;
        if ((int) (slots[slot] >>> 32) == hash
            && Arrays.equals(characters, starts[entry], starts[entry + 1], text, 0, length)) {
          ids[entry] = id;
          return Outcome.REPLACED;
        }
        if (probes == PROBES_MAX) {
          return Outcome.COLLIDING;
        }
      }
      append(text, length, id, hash);
      slots[slot] = ((long) hash << 32) | count;
      if (count * 2 > slots.length) {
        rehash();
      }
      return Outcome.NEW;
    }

    private void append(char[] text, int length, int id, int hash) {
      int start = starts[count];
      if (start + length > characters.length) {
        characters = Arrays.copyOf(characters, Math.max(start + length, characters.length * 2));
      }
      System.arraycopy(text, 0, characters, start, length);
      if (count + 1 == ids.length) {
        ids = Arrays.copyOf(ids, ids.length * 2);
        starts = Arrays.copyOf(starts, ids.length);
        hashes = Arrays.copyOf(hashes, ids.length);
      }
      ids[count] = id;
      hashes[count] = hash;
      count++;
      starts[count] = start + length;
      longest = Math.max(longest, length);
    }

    private void rehash() {
      slots = new long[slots.length * 2];
      int mask = slots.length - 1;
      for (int entry = 0; entry < count; entry++) {
        int slot = spread(hashes[entry]) & mask;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = ((long) hashes[entry] << 32) | (entry + 1);
      }
    }

    Vocabulary build() {
      return new Vocabulary(this);
    }
  }
}
