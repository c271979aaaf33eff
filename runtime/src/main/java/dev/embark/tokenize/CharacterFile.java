package dev.embark.tokenize;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads `characters.txt`: each line is a name and items, numbers are hexadecimal.
///
/// - classes: `first-last` or one code point
/// - `lower`, `stripped`: `from=to` (several separated by dots), `first-last+distance`, or
///   `first:last+distance` for every second character
/// - `order`: `first-last=rank`, the rank in decimal
final class CharacterFile {
  private static final int BLOCK = 256;
  private static final int ABSENT = -1;

  private final byte[] bytes;
  private final short[][] blocks = new short[(Character.MAX_CODE_POINT + 1) / BLOCK][];
  private final boolean[] isMixed = new boolean[blocks.length];
  private final short[][] uniform = new short[1 << 10][];
  private final CharacterMapping lower = new CharacterMapping();
  private final CharacterMapping stripped = new CharacterMapping();
  private final CharacterMapping order = new CharacterMapping();
  private int at;

  private CharacterFile(byte[] bytes) {
    this.bytes = bytes;
    Arrays.fill(blocks, uniform(0));
  }

  static CharacterFile read() {
    try (var in = CharacterFile.class.getResourceAsStream("characters.txt")) {
      if (in == null) {
        throw new IllegalStateException("characters.txt is missing beside " + CharacterFile.class);
      }
      var file = new CharacterFile(in.readAllBytes());
      file.readLines();
      file.mark(Hangul.FIRST, Hangul.LAST, CharacterTable.STRIPPED);
      // No text of the library can hold a lone surrogate; here one counts as U+FFFD.
      file.mark(Character.MIN_SURROGATE, Character.MAX_SURROGATE, CharacterTable.CONTROL);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  private void readLines() {
    while (at < bytes.length) {
      int start = at;
      while (bytes[at] != ' ' && bytes[at] != '\n') {
        at++;
      }
      var name = new String(bytes, start, at - start, StandardCharsets.US_ASCII);
      if (name.startsWith("#")) {
        skipLine();
      } else {
        readItems(name);
      }
      at++;
    }
  }

  private void skipLine() {
    while (bytes[at] != '\n') {
      at++;
    }
  }

  private void readItems(String name) {
    while (bytes[at] == ' ') {
      at++;
      switch (name) {
        case "control" -> readRange(CharacterTable.CONTROL);
        case "space" -> readRange(CharacterTable.SPACE);
        case "punctuation" -> readRange(CharacterTable.PUNCTUATION);
        case "ideograph" -> readRange(CharacterTable.IDEOGRAPH);
        case "word" -> readRange(CharacterTable.WORD);
        case "dropped" -> readRange(CharacterTable.DROPPED);
        case "barrier" -> readRange(CharacterTable.BARRIER);
        case "lower" -> readMapping(lower, CharacterTable.LOWER);
        case "stripped" -> readMapping(stripped, CharacterTable.STRIPPED);
        case "order" -> readOrder();
        default -> throw new IllegalStateException("characters.txt: " + name);
      }
    }
  }

  private void readRange(int property) {
    int first = hex();
    mark(first, take('-') ? hex() : first, property);
  }

  private void readOrder() {
    int first = hex();
    int last = take('-') ? hex() : first;
    at++;
    int rank = 0;
    while (bytes[at] >= '0' && bytes[at] <= '9') {
      rank = rank * 10 + bytes[at++] - '0';
    }
    for (int codePoint = first; codePoint <= last; codePoint++) {
      order.put(codePoint, rank);
    }
    mark(first, last, CharacterTable.ORDERED);
  }

  private void readMapping(CharacterMapping mapping, int property) {
    int first = hex();
    int step = take('-') ? 1 : take(':') ? 2 : ABSENT;
    if (step == ABSENT) {
      at++;
      mapping.put(first, hex());
      while (take('.')) {
        mapping.extend(hex());
      }
      mark(first, first, property);
      return;
    }
    int last = hex();
    int sign = bytes[at++] == '+' ? 1 : -1;
    int distance = sign * hex();
    for (int codePoint = first; codePoint <= last; codePoint += step) {
      mapping.put(codePoint, codePoint + distance);
      mark(codePoint, codePoint, property);
    }
  }

  private boolean take(char expected) {
    if (bytes[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  private int hex() {
    int value = 0;
    while (true) {
      byte digit = bytes[at];
      if (digit >= '0' && digit <= '9') {
        value = (value << 4) | (digit - '0');
      } else if (digit >= 'A' && digit <= 'F') {
        value = (value << 4) | (digit - 'A' + 10);
      } else {
        return value;
      }
      at++;
    }
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
