package dev.embark.tokenize;

import java.util.Arrays;

/// The pairs of entries that BPE makes one, in their order, and the places of a text that none of
/// them reaches across.
final class Merges {
  private static final int NO_PAIR = Integer.MAX_VALUE;
  private static final int ASCII = 128;

  private final long[] pairs;
  private final int[] ranks;
  private final int[] merged;

  /// Pairs of characters that may lie in one entry: bits for ASCII, an open-addressing table for
  /// the rest.
  private final long[] asciiJunctions;

  private final int[] junctions;

  private Merges(Builder builder) {
    merged = Arrays.copyOf(builder.merged, builder.count);
    int capacity = Integer.highestOneBit(Math.max(8, builder.count)) * 4;
    pairs = new long[capacity];
    ranks = new int[capacity];
    Arrays.fill(pairs, -1);
    for (int rank = 0; rank < builder.count; rank++) {
      long pair = builder.pairs[rank];
      int slot = slot(pair);
      while (pairs[slot] != -1 && pairs[slot] != pair) {
        slot = (slot + 1) & (capacity - 1);
      }
      pairs[slot] = pair;
      ranks[slot] = rank;
    }
    asciiJunctions = builder.asciiJunctions;
    junctions = builder.junctions;
  }

  private int slot(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & (pairs.length - 1);
  }

  /// Returns the place of a pair in the list, or the highest `int` where it is not there.
  int rank(int left, int right) {
    long pair = ((long) left << 32) | right;
    int slot = slot(pair);
    for (long found = pairs[slot]; found != -1; found = pairs[slot]) {
      if (found == pair) {
        return ranks[slot];
      }
      slot = (slot + 1) & (pairs.length - 1);
    }
    return NO_PAIR;
  }

  /// Returns the id of the entry that a pair becomes.
  int merged(int rank) {
    return merged[rank];
  }

  /// Returns whether an entry may hold two UTF-16 units next to each other.
  boolean isJunction(char left, char right) {
    if (left < ASCII && right < ASCII) {
      return (asciiJunctions[2 * left + (right >>> 6)] >>> right & 1) != 0;
    }
    int key = (left << 16) | right;
    int mask = junctions.length - 1;
    int slot = Builder.junctionSlot(key) & mask;
    for (int found = junctions[slot]; found != 0; found = junctions[slot]) {
      if (found == key) {
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  /// Collects merges.
  static final class Builder {
    private long[] pairs = new long[1 << 12];
    private int[] merged = new int[1 << 12];
    private final long[] asciiJunctions = new long[2 * ASCII];
    private int[] junctions = new int[1 << 10];
    private int junctionCount;
    private int count;

    /// Adds a pair and what it becomes.
    void add(int left, int right, int becomes) {
      if (count == pairs.length) {
        pairs = Arrays.copyOf(pairs, count * 2);
        merged = Arrays.copyOf(merged, count * 2);
      }
      pairs[count] = ((long) left << 32) | right;
      merged[count++] = becomes;
    }

    /// Returns whether an entry is part of a pair.
    boolean uses(int id) {
      for (int i = 0; i < count; i++) {
        if ((int) (pairs[i] >>> 32) == id || (int) pairs[i] == id) {
          return true;
        }
      }
      return false;
    }

    /// Adds the two UTF-16 units that a pair brings next to each other.
    void junction(char left, char right) {
      if (left < ASCII && right < ASCII) {
        asciiJunctions[2 * left + (right >>> 6)] |= 1L << right;
        return;
      }
      if (put(junctions, (left << 16) | right) && ++junctionCount * 2 > junctions.length) {
        var larger = new int[junctions.length * 2];
        for (int key : junctions) {
          if (key != 0) {
            put(larger, key);
          }
        }
        junctions = larger;
      }
    }

    private static boolean put(int[] table, int key) {
      int mask = table.length - 1;
      int slot = junctionSlot(key) & mask;
      while (table[slot] != 0) {
        if (table[slot] == key) {
          return false;
        }
        slot = (slot + 1) & mask;
      }
      table[slot] = key;
      return true;
    }

    private static int junctionSlot(int key) {
      int mixed = key * 0x9E3779B1;
      return mixed ^ (mixed >>> 15);
    }

    Merges build() {
      return new Merges(this);
    }
  }
}
