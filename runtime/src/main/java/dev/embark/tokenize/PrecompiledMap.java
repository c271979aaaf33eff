package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// SentencePiece's `precompiled_charsmap`: what becomes of a character or a short sequence, applied
/// as the reference library does it.
///
/// Layout: the size of the trie in bytes (32 bits, little-endian, like all numbers), the trie, and
/// the replacements in UTF-8, each ended by NUL. The trie is a double array over UTF-8 bytes in the
/// format of [darts-clone](https://github.com/s-yata/darts-clone): unit 0 is the root, a unit says
/// where its children begin (bits 10 to 31, shifted by 8 where bit 9 is set, exclusive or with its
/// own index), whether a value stands there (bit 8), and for which byte it is (bits 0 to 7). A
/// child's index is where the children begin, exclusive or with its byte; a value is the place of a
/// replacement.
///
/// The rule, which is not SentencePiece's own: a grapheme cluster of fewer than 6 bytes is replaced
/// as a whole by what its **shortest** known beginning becomes; where none is known, and in longer
/// clusters, each character becomes what its shortest known beginning becomes.
final class PrecompiledMap {
  /// Real maps have 240,000 to 340,000 bytes.
  private static final int BYTES_MAX = 4 << 20;

  private static final int CLUSTER_BYTES_MAX = 5;
  private static final int ASCII = 128;
  private static final int REPLACEMENT = 0xFFFD;

  private static final int LABEL = 0x8000_00FF;
  private static final int VALUE = 0x7FFF_FFFF;
  private static final int HAS_VALUE = 1 << 8;
  private static final int FAR = 1 << 9;

  /// Nothing known begins so.
  private static final int NONE = -1;

  /// Values on a walk through the trie are negative: this minus the place of the replacement.
  private static final int FOUND = -2;

  private final int[] units;
  private final int root;

  /// All replacements, and NUL at their end.
  private final char[] replacements;

  /// Where the character lies in `replacements` that begins at a byte, or [#NONE] within one.
  private final int[] places;

  /// Whether nothing known begins with an ASCII character.
  private final boolean[] plain = new boolean[ASCII];

  private PrecompiledMap(int[] units, String replacements, int[] places) {
    this.units = units;
    this.replacements = (replacements + '\0').toCharArray();
    this.places = places;
    root = children(0);
    for (int c = 0; c < ASCII; c++) {
      plain[c] = c == 0 || step(root, c) == NONE;
    }
  }

  /// Reads a map.
  ///
  /// Throws a [Problem] where it is damaged: whatever is read afterwards stays within the map.
  ///
  /// @param source name of the file in errors
  static PrecompiledMap read(byte[] map, String source) {
    if (map.length > BYTES_MAX) {
      throw damaged(source, "it has " + map.length + " bytes, expected at most " + BYTES_MAX);
    }
    if (map.length < 2 * Integer.BYTES) {
      throw damaged(source, "it has " + map.length + " bytes");
    }
    var buffer = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
    long trieBytes = Integer.toUnsignedLong(buffer.getInt());
    if (trieBytes < Integer.BYTES || trieBytes > buffer.remaining()) {
      throw damaged(
          source, "its trie has " + trieBytes + " bytes where " + buffer.remaining() + " are left");
    }
    var units = new int[(int) (trieBytes / Integer.BYTES)];
    for (int i = 0; i < units.length; i++) {
      units[i] = buffer.getInt();
    }
    var text = buffer.slice();
    String replacements;
    try {
      replacements = StandardCharsets.UTF_8.newDecoder().decode(text.duplicate()).toString();
    } catch (CharacterCodingException e) {
      throw damaged(source, "its replacements are not UTF-8");
    }
    var places = places(text);
    check(units, places, source);
    return new PrecompiledMap(units, replacements, places);
  }

  private static int[] places(ByteBuffer text) {
    var places = new int[text.remaining() + 1];
    int place = 0;
    for (int i = 0; i < places.length - 1; i++) {
      byte b = text.get(i);
      boolean isBeginning = (b & 0xC0) != 0x80;
      places[i] = isBeginning ? place : NONE;
      if (isBeginning) {
        place += (b & 0xF8) == 0xF0 ? 2 : 1;
      }
    }
    places[places.length - 1] = place;
    return places;
  }

  /// Walks over the whole trie, each unit once.
  private static void check(int[] units, int[] places, String source) {
    // Which units are for a byte, by where they say that the children lie among which they are.
    var first = new int[units.length];
    var following = new int[units.length];
    Arrays.fill(first, NONE);
    for (int index = 0; index < units.length; index++) {
      int label = units[index] & LABEL;
      int start = index ^ label;
      if (label > 0 && start < units.length) {
        following[index] = first[start];
        first[start] = index;
      }
    }
    var open = new int[units.length + 1];
    int count = 0;
    open[count++] = children(units, 0, source);
    while (count > 0) {
      int start = open[--count];
      for (int index = first[start]; index != NONE; index = following[index]) {
        int next = children(units, index, source);
        if ((units[index] & HAS_VALUE) != 0) {
          int value = units[next] & VALUE;
          if (value >= places.length || places[value] == NONE) {
            throw damaged(source, "no replacement begins at byte " + value);
          }
        }
        open[count++] = next;
      }
      // Whoever else points here finds these children checked.
      first[start] = NONE;
    }
  }

  private static int children(int[] units, int index, String source) {
    int start = index ^ offset(units[index]);
    if ((start | 0xFF) >= units.length) {
      throw damaged(source, "unit " + index + " points to unit " + start + " of " + units.length);
    }
    return start;
  }

  private static Problem damaged(String source, String how) {
    return new Problem(
        Category.BAD_INPUT,
        source + " has a damaged precompiled_charsmap: " + how + ".",
        "",
        "Fetch the file again.");
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & FAR) >>> 6);
  }

  private int children(int index) {
    return index ^ offset(units[index]);
  }

  /// Adds the normalized form of a part of a text to `target`; half a surrogate pair counts as
  /// U+FFFD.
  void normalize(CharSequence text, int from, int to, Window target) {
    for (int i = from; i < to; ) {
      char unit = text.charAt(i);
      char next = i + 1 < to ? text.charAt(i + 1) : 0;
      // A character before an ASCII character ends its cluster, or (CR LF) nothing depends on it.
      while (unit < ASCII && next < ASCII && plain[unit]) {
        target.add(unit);
        if (++i == to) {
          return;
        }
        unit = next;
        next = i + 1 < to ? text.charAt(i + 1) : 0;
      }
      i = cluster(text, i, to, target);
    }
  }

  private int cluster(CharSequence text, int from, int to, Window target) {
    int end = Graphemes.end(text, from, to);
    int first = Graphemes.codePointAt(text, from, end);
    if (end - from > Character.charCount(first)) {
      int found = find(text, from, end);
      if (found <= FOUND) {
        replace(found, target);
        return end;
      }
    }
    for (int i = from; i < end; ) {
      int codePoint = Graphemes.codePointAt(text, i, end);
      character(codePoint, target);
      i += Character.charCount(codePoint);
    }
    return end;
  }

  /// Looks up a cluster as a whole; returns a value, or anything else where it is too long or
  /// unknown.
  private int find(CharSequence text, int from, int to) {
    int at = root;
    int bytes = 0;
    for (int i = from; i < to && at != NONE; ) {
      int codePoint = known(Graphemes.codePointAt(text, i, to));
      bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      if (bytes > CLUSTER_BYTES_MAX) {
        return NONE;
      }
      if (at >= 0) {
        at = walk(at, codePoint);
      }
      i += Character.charCount(codePoint);
    }
    return at;
  }

  private void character(int codePoint, Window target) {
    int known = known(codePoint);
    int found = walk(root, known);
    if (found <= FOUND) {
      replace(found, target);
    } else {
      target.addCodePoint(known);
    }
  }

  private void replace(int found, Window target) {
    for (int i = places[FOUND - found]; replacements[i] != 0; i++) {
      target.add(replacements[i]);
    }
  }

  private static int known(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
        ? REPLACEMENT
        : codePoint;
  }

  /// Walks on by the bytes of a character, up to the first value.
  private int walk(int start, int codePoint) {
    if (codePoint < 0x80) {
      return codePoint == 0 ? NONE : step(start, codePoint);
    }
    int at;
    if (codePoint < 0x800) {
      at = step(start, 0xC0 | (codePoint >> 6));
    } else {
      if (codePoint < 0x10000) {
        at = step(start, 0xE0 | (codePoint >> 12));
      } else {
        at = step(start, 0xF0 | (codePoint >> 18));
        at = at < 0 ? at : step(at, 0x80 | ((codePoint >> 12) & 0x3F));
      }
      at = at < 0 ? at : step(at, 0x80 | ((codePoint >> 6) & 0x3F));
    }
    return at < 0 ? at : step(at, 0x80 | (codePoint & 0x3F));
  }

  /// Returns where the children of a child begin; or a value, or [#NONE] without such a child.
  private int step(int start, int b) {
    int index = start ^ b;
    int unit = units[index];
    if ((unit & LABEL) != b) {
      return NONE;
    }
    int next = index ^ offset(unit);
    return (unit & HAS_VALUE) != 0 ? FOUND - (units[next] & VALUE) : next;
  }
}
