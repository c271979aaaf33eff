package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Arrays;

/// The beginnings of all pieces of a vocabulary: an open-addressing table from a node and the next
/// character to a node, so that a step costs one look at one `long`, and building needs no sorting.
///
/// A node that is a piece is its id, all others have higher numbers. A slot holds the node's number
/// plus 1 (23 bits), the character (16) and the next node (25); 0 is an empty slot.
final class PieceTrie {
  /// No piece begins so.
  static final int NONE = -1;

  private static final int NODES_MAX = 1 << 22;
  private static final int NEXT_BITS = 25;
  private static final int NEXT_MASK = (1 << NEXT_BITS) - 1;
  private static final int NODES_FIRST = 1 << 12;

  /// Longest run of taken slots: beyond it the pieces were chosen to collide.
  private static final int PROBES_MAX = 1000;

  private final int root;
  private final int size;
  private final long[] slots;
  private final int shift;

  private PieceTrie(int root, int size, int slots) {
    this.root = root;
    this.size = size;
    this.slots = new long[slots];
    shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
  }

  /// Returns the node of the empty text.
  int root() {
    return root;
  }

  /// Returns how many pieces were added; nodes below are pieces.
  int size() {
    return size;
  }

  /// Returns the node that a character leads to, or [#NONE].
  int step(int node, char next) {
    long key = key(node, next);
    long[] table = slots;
    int mask = table.length - 1;
    for (int slot = slot(key); ; slot = (slot + 1) & mask) {
      long edge = table[slot];
      if (edge >>> NEXT_BITS == key) {
        return (int) edge & NEXT_MASK;
      }
      if (edge == 0) {
        return NONE;
      }
    }
  }

  private static long key(int node, char next) {
    return ((node + 1L) << 16) | next;
  }

  private int slot(long key) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> shift);
  }

  /// Adds an edge; returns false where too many slots beside it are taken.
  private boolean add(long key, int next) {
    int mask = slots.length - 1;
    int slot = slot(key);
    for (int probes = 0; slots[slot] != 0; probes++, slot = (slot + 1) & mask) {
      if (probes == PROBES_MAX) {
        return false;
      }
    }
    slots[slot] = (key << NEXT_BITS) | next;
    return true;
  }

  /// Collects pieces; the first gets id 0.
  static final class Builder {
    private static final int ROOT = 0;

    private final String source;
    private PieceTrie trie = new PieceTrie(ROOT, 0, 4 * NODES_FIRST);

    /// By node: the id of the last piece that ends there, or [#NONE].
    private int[] ids = new int[NODES_FIRST];

    private int nodes = 1;
    private int pieces;

    Builder(String source) {
      this.source = source;
      ids[ROOT] = NONE;
    }

    /// Adds a piece; of equal pieces the last one's id counts.
    void add(char[] piece, int length) {
      int node = ROOT;
      for (int i = 0; i < length; i++) {
        int next = trie.step(node, piece[i]);
        node = next == NONE ? append(node, piece[i]) : next;
      }
      if (node != ROOT) {
        ids[node] = pieces;
      }
      pieces++;
    }

    private int append(int node, char next) {
      if (nodes == NODES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            source + " has too large a vocabulary.",
            "Its entries have more than " + NODES_MAX + " different beginnings.",
            "");
      }
      if (nodes == ids.length) {
        ids = Arrays.copyOf(ids, ids.length * 2);
        trie = copy(new PieceTrie(ROOT, 0, 4 * nodes), new int[0]);
      }
      ids[nodes] = NONE;
      if (!trie.add(key(node, next), nodes)) {
        throw collision();
      }
      return nodes++;
    }

    private Problem collision() {
      return new Problem(
          Category.BAD_INPUT,
          source + " is no vocabulary: its entries all collide.",
          "",
          "Fetch the file again.");
    }

    /// Copies all edges, and renames the nodes.
    ///
    /// @param names new numbers, or none to keep the old ones
    private PieceTrie copy(PieceTrie copy, int[] names) {
      for (long edge : trie.slots) {
        if (edge != 0) {
          long key = edge >>> NEXT_BITS;
          int next = (int) edge & NEXT_MASK;
          if (names.length > 0) {
            key = key(names[(int) (key >>> 16) - 1], (char) key);
            next = names[next];
          }
          if (!copy.add(key, next)) {
            throw collision();
          }
        }
      }
      return copy;
    }

    PieceTrie build() {
      var names = new int[nodes];
      int next = pieces;
      for (int node = 0; node < nodes; node++) {
        names[node] = ids[node] == NONE ? next++ : ids[node];
      }
      if (next > NODES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            source + " has too large a vocabulary.",
            "It has " + pieces + " entries.",
            "");
      }
      // At most half of the slots are taken: most walks end where nothing is found.
      int slots = Integer.highestOneBit(nodes) * 4;
      return copy(new PieceTrie(names[ROOT], pieces, slots), names);
    }
  }
}
