package dev.embark.tokenize;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Reads `graphemes.txt`: each line is a name and ranges, `first-last` or one code point,
/// hexadecimal.
final class GraphemeFile {
  private static final int BLOCK = 256;
  private static final int SYLLABLES_IN_A_ROW = 28;
  private static final int FLAGS_FIRST = 0x1F1E6;
  private static final int FLAGS_LAST = 0x1F1FF;

  /// By the upper bits of a code point, then by the lowest eight.
  private static final byte[][] BLOCKS = new GraphemeFile(bytes()).blocks();

  private final byte[] bytes;
  private final byte[][] blocks = new byte[(Character.MAX_CODE_POINT + 1) / BLOCK][0];
  private int at;

  private GraphemeFile(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Returns the properties of a character.
  static int properties(int codePoint) {
    return BLOCKS[codePoint / BLOCK][codePoint % BLOCK];
  }

  private static byte[] bytes() {
    try (var in = GraphemeFile.class.getResourceAsStream("graphemes.txt")) {
      if (in == null) {
        throw new IllegalStateException("graphemes.txt is missing beside " + GraphemeFile.class);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[][] blocks() {
    while (at < bytes.length) {
      line();
    }
    mark(FLAGS_FIRST, FLAGS_LAST, Graphemes.REGIONAL);
    for (int row = Hangul.FIRST; row <= Hangul.LAST; row += SYLLABLES_IN_A_ROW) {
      mark(row, row, Graphemes.SYLLABLE);
      mark(row + 1, row + SYLLABLES_IN_A_ROW - 1, Graphemes.CLOSED_SYLLABLE);
    }
    // Blocks in which no character has a class are one.
    var empty = new byte[BLOCK];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = blocks[i].length == 0 ? empty : blocks[i];
    }
    return blocks;
  }

  private void line() {
    int start = at;
    while (bytes[at] != ' ') {
      at++;
    }
    var name = new String(bytes, start, at - start, StandardCharsets.US_ASCII);
    if (name.equals("#")) {
      while (bytes[at] != '\n') {
        at++;
      }
    } else {
      int property = property(name);
      while (bytes[at] == ' ') {
        int first = hex();
        mark(first, bytes[at] == '-' ? hex() : first, property);
      }
    }
    at++;
  }

  private static int property(String name) {
    return switch (name) {
      case "control" -> Graphemes.CONTROL;
      case "extend" -> Graphemes.EXTEND;
      case "joiner" -> Graphemes.JOINER;
      case "spacing" -> Graphemes.SPACING_MARK;
      case "prepend" -> Graphemes.PREPEND;
      case "leading" -> Graphemes.LEADING;
      case "vowel" -> Graphemes.VOWEL;
      case "trailing" -> Graphemes.TRAILING;
      case "consonant" -> Graphemes.CONSONANT;
      case "pictograph" -> Graphemes.PICTOGRAPH;
      case "conjunct-extend" -> Graphemes.CONJUNCT_EXTEND;
      case "conjunct-linker" -> Graphemes.CONJUNCT_LINKER;
      default -> throw new IllegalStateException("graphemes.txt: " + name);
    };
  }

  /// Reads a number behind a space or a dash.
  private int hex() {
    int value = 0;
    for (at++; bytes[at] >= '0' && bytes[at] <= 'F'; at++) {
      value = (value << 4) | Character.digit(bytes[at], 16);
    }
    return value;
  }

  private void mark(int first, int last, int property) {
    for (int codePoint = first; codePoint <= last; codePoint++) {
      int block = codePoint / BLOCK;
      if (blocks[block].length == 0) {
        blocks[block] = new byte[BLOCK];
      }
      blocks[block][codePoint % BLOCK] |= (byte) property;
    }
  }
}
