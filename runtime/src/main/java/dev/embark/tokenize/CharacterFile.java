package dev.embark.tokenize;

import java.util.Arrays;

/// Reads `characters.txt`: classes by name, the mappings `lower` and `stripped`, and `order`.
final class CharacterFile {
  private static final int BLOCK = 256;

  private final CharacterLines lines = CharacterLines.open("characters.txt");
  private final short[][] blocks = new short[(Character.MAX_CODE_POINT + 1) / BLOCK][];
  private final boolean[] isMixed = new boolean[blocks.length];
  private final short[][] uniform = new short[1 << 12][];
  private final CharacterMapping lower = new CharacterMapping();
  private final CharacterMapping stripped = new CharacterMapping();
  private final CharacterMapping order = new CharacterMapping();

  private CharacterFile() {
    Arrays.fill(blocks, uniform(0));
  }

  static CharacterFile read() {
    var file = new CharacterFile();
    for (var name = file.lines.nextLine(); !name.isEmpty(); name = file.lines.nextLine()) {
      file.readItems(name);
    }
    file.mark(Hangul.FIRST, Hangul.LAST, CharacterTable.STRIPPED);
    // No text of the library can hold a lone surrogate; here one counts as U+FFFD.
    file.mark(Character.MIN_SURROGATE, Character.MAX_SURROGATE, CharacterTable.CONTROL);
    return file;
  }

  short[][] blocks() {
    return blocks;
  }

  CharacterMapping lower() {
    return lower;
  }

  CharacterMapping stripped() {
    return stripped;
  }

  CharacterMapping order() {
    return order;
  }

  private void readItems(String name) {
    int property = property(name);
    while (lines.nextItem()) {
      switch (name) {
        case "lower" -> lines.mapTo(lower);
        case "stripped" -> lines.mapTo(stripped);
        case "order" -> {
          int rank = lines.rank();
          for (int codePoint = lines.first(); codePoint <= lines.last(); codePoint++) {
            order.put(codePoint, rank);
          }
        }
        default -> {}
      }
      if (lines.step() == 1) {
        mark(lines.first(), lines.last(), property);
      } else {
        for (int codePoint = lines.first(); codePoint <= lines.last(); codePoint += 2) {
          mark(codePoint, codePoint, property);
        }
      }
    }
  }

  private static int property(String name) {
    return switch (name) {
      case "control" -> CharacterTable.CONTROL;
      case "space" -> CharacterTable.SPACE;
      case "punctuation" -> CharacterTable.PUNCTUATION;
      case "ideograph" -> CharacterTable.IDEOGRAPH;
      case "word" -> CharacterTable.WORD;
      case "dropped" -> CharacterTable.DROPPED;
      case "barrier" -> CharacterTable.BARRIER;
      case "numeric" -> CharacterTable.NUMERIC;
      case "mark" -> CharacterTable.MARK;
      case "lower" -> CharacterTable.LOWER;
      case "stripped" -> CharacterTable.STRIPPED;
      case "order" -> CharacterTable.ORDERED;
      default -> throw new IllegalStateException("characters.txt: " + name);
    };
  }

  private void mark(int first, int last, int property) {
    for (int codePoint = first; codePoint <= last; ) {
      int block = codePoint / BLOCK;
      if (!isMixed[block] && codePoint % BLOCK == 0 && last >= codePoint + BLOCK - 1) {
        blocks[block] = uniform(blocks[block][0] | property);
        codePoint += BLOCK;
      } else {
        if (!isMixed[block]) {
          blocks[block] = blocks[block].clone();
          isMixed[block] = true;
        }
        blocks[block][codePoint % BLOCK] |= (short) property;
        codePoint++;
      }
    }
  }

  /// Blocks in which all characters are alike exist once.
  private short[] uniform(int properties) {
    if (uniform[properties] == null) {
      uniform[properties] = new short[BLOCK];
      Arrays.fill(uniform[properties], (short) properties);
    }
    return uniform[properties];
  }
}
