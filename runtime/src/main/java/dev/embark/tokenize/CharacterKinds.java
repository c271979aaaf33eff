package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The kinds of characters that the reference library's regular expressions tell apart: general
/// categories of Unicode, some of them parted by what `\s` and `\w` match. `kinds.txt` is written
/// by a sweep over every code point (in the test tree) and compared with the library by a test.
final class CharacterKinds {
  /// The mask of no kind.
  static final int NONE = 0;

  private static final int BLOCK = 256;

  /// Kinds by number; 0 is what has no category.
  private static final List<String> NAMES = new ArrayList<>(List.of("Cn"));

  private static final byte[][] BLOCKS = read();

  private CharacterKinds() {}

  /// Returns the kind of a code point, between 0 and 31.
  static int kind(int codePoint) {
    return BLOCKS[codePoint >>> 8][codePoint & 0xFF];
  }

  /// Returns the kinds of a category (`Lu`) or a group of categories (`L`) as bits, or [#NONE].
  static int category(String name) {
    int mask = NONE;
    for (int kind = 0; kind < NAMES.size(); kind++) {
      if (NAMES.get(kind).startsWith(name)) {
        mask |= 1 << kind;
      }
    }
    return name.isEmpty() || name.length() > 2 ? NONE : mask;
  }

  /// Returns the kinds that `\s` matches.
  static int space() {
    return category("Z") | 1 << NAMES.indexOf("Cc+s");
  }

  /// Returns the kinds that `\w` matches in a class of characters.
  static int word() {
    return category("L")
        | category("M")
        | category("Nd")
        | category("Nl")
        | category("Pc")
        | 1 << NAMES.indexOf("So+w");
  }

  private static byte[][] read() {
    var lines = CharacterLines.open("kinds.txt");
    var blocks = new byte[(Character.MAX_CODE_POINT + 1) / BLOCK][];
    var isMixed = new boolean[blocks.length];
    Arrays.fill(blocks, new byte[BLOCK]);
    for (var name = lines.nextLine(); !name.isEmpty(); name = lines.nextLine()) {
      if (!NAMES.contains(name)) {
        NAMES.add(name);
      }
      byte kind = (byte) NAMES.indexOf(name);
      var uniform = new byte[BLOCK];
      Arrays.fill(uniform, kind);
      while (lines.nextItem()) {
        for (int codePoint = lines.first(); codePoint <= lines.last(); ) {
          int block = codePoint / BLOCK;
          if (codePoint % BLOCK == 0
              && lines.step() == 1
              && codePoint + BLOCK - 1 <= lines.last()) {
            blocks[block] = uniform;
            codePoint += BLOCK;
          } else {
            if (!isMixed[block]) {
              isMixed[block] = true;
              blocks[block] = new byte[BLOCK];
            }
            blocks[block][codePoint % BLOCK] = kind;
            codePoint += lines.step();
          }
        }
      }
    }
    return blocks;
  }
}
