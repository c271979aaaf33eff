package dev.embark.tokenize;

import java.util.Arrays;

/// What the reference library's NFC, NFD, NFKC and NFKD do with characters: it follows one version
/// of Unicode, [java.text.Normalizer] another. `normal-forms.txt` is written by a sweep over every
/// code point (in the test tree) and compared with the library by a test.
final class NormalFormTable {
  /// Has a canonical decomposition.
  static final int CANONICAL = 1;

  /// Has a compatible decomposition that is another.
  static final int COMPATIBLE = 1 << 1;

  /// Moves among marks.
  static final int ORDERED = 1 << 2;

  /// Is another character, or several, under NFC.
  static final int REPLACED = 1 << 3;

  /// May become one with the character before it.
  static final int JOINING = 1 << 4;

  private static final int BLOCK = 256;
  private static final byte[][] BLOCKS = new byte[(Character.MAX_CODE_POINT + 1) / BLOCK][];
  private static final boolean[] IS_MIXED = new boolean[BLOCKS.length];
  private static final CharacterMapping CANONICALS = new CharacterMapping();
  private static final CharacterMapping COMPATIBLES = new CharacterMapping();
  private static final CharacterMapping ORDER = new CharacterMapping();

  /// Pairs of characters and the one they become, each pair in two `long`s: an open-addressing
  /// table.
  private static final long[] PAIRS = new long[1 << 12];

  private static final int[] JOINED = new int[PAIRS.length];

  static {
    Arrays.fill(BLOCKS, new byte[BLOCK]);
    readTable();
    pair();
    mark(Hangul.FIRST, Hangul.LAST, CANONICAL);
    mark(Hangul.VOWEL, Hangul.VOWEL_LAST, JOINING);
    mark(Hangul.TRAIL + 1, Hangul.TRAIL_LAST, JOINING);
  }

  private NormalFormTable() {}

  /// Returns the properties of a code point, as bits.
  static int properties(int codePoint) {
    return BLOCKS[codePoint >>> 8][codePoint & 0xFF];
  }

  /// Returns where a mark stands among marks; 0 for anything that does not move.
  static int rank(int codePoint) {
    return (properties(codePoint) & ORDERED) == 0 ? 0 : ORDER.find(codePoint);
  }

  /// Returns the full canonical decompositions, Hangul syllables excepted.
  static CharacterMapping canonicals() {
    return CANONICALS;
  }

  /// Returns the full compatible decompositions of what has [#COMPATIBLE].
  static CharacterMapping compatibles() {
    return COMPATIBLES;
  }

  /// Returns the character that two become, or -1.
  static int join(int first, int second) {
    int hangul = Hangul.join(first, second);
    if (hangul >= 0) {
      return hangul;
    }
    if ((properties(second) & JOINING) == 0) {
      return -1;
    }
    long key = ((long) first << 32) | second;
    for (int slot = slot(key); PAIRS[slot] != 0; slot = (slot + 1) & (PAIRS.length - 1)) {
      if (PAIRS[slot] == key) {
        return JOINED[slot];
      }
    }
    return -1;
  }

  private static int slot(long key) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> 52);
  }

  private static void readTable() {
    var lines = CharacterLines.open("normal-forms.txt");
    for (var name = lines.nextLine(); !name.isEmpty(); name = lines.nextLine()) {
      while (lines.nextItem()) {
        int property =
            switch (name) {
              case "canonical" -> {
                lines.mapTo(CANONICALS);
                yield CANONICAL;
              }
              case "compatible" -> {
                lines.mapTo(COMPATIBLES);
                yield COMPATIBLE;
              }
              case "order" -> {
                int rank = lines.rank();
                for (int codePoint = lines.first(); codePoint <= lines.last(); codePoint++) {
                  ORDER.put(codePoint, rank);
                }
                yield ORDERED;
              }
              case "replaced" -> REPLACED;
              default -> throw new IllegalStateException("normal-forms.txt: " + name);
            };
        for (int codePoint = lines.first(); codePoint <= lines.last(); codePoint += lines.step()) {
          mark(codePoint, codePoint, property);
        }
      }
    }
  }

  /// Finds the pairs: a character is what its decomposition but for the last character becomes, and
  /// that last one. Short decompositions come first, for longer ones build on them.
  private static void pair() {
    for (int length = 2, found = 1; found > 0; length++) {
      found = 0;
      for (int i = 0; i < CANONICALS.size(); i++) {
        int codePoint = CANONICALS.key(i);
        int parts = CANONICALS.find(codePoint);
        if (parts < 0 && CANONICALS.length(parts) == length) {
          found++;
          if ((properties(codePoint) & REPLACED) == 0) {
            int before = CANONICALS.part(parts, 0);
            for (int part = 1; part < length - 1; part++) {
              before = join(before, CANONICALS.part(parts, part));
            }
            put(before, CANONICALS.part(parts, length - 1), codePoint);
          }
        }
      }
    }
  }

  private static void put(int first, int second, int joined) {
    if (first < 0) {
      throw new IllegalStateException("normal-forms.txt: nothing becomes " + joined);
    }
    long key = ((long) first << 32) | second;
    int slot = slot(key);
    while (PAIRS[slot] != 0) {
      slot = (slot + 1) & (PAIRS.length - 1);
    }
    PAIRS[slot] = key;
    JOINED[slot] = joined;
    mark(second, second, JOINING);
  }

  private static void mark(int first, int last, int property) {
    for (int codePoint = first; codePoint <= last; codePoint++) {
      int block = codePoint / BLOCK;
      if (!IS_MIXED[block]) {
        IS_MIXED[block] = true;
        BLOCKS[block] = new byte[BLOCK];
      }
      BLOCKS[block][codePoint % BLOCK] |= (byte) property;
    }
  }
}
