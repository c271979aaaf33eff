package dev.embark.tokenize;

import dev.embark.tokenize.AddedToken.Bounds;
import java.util.SortedMap;
import java.util.TreeMap;

/// Added tokens that are looked for together. Of several that begin at one place, the longest is
/// found; the next is looked for behind it.
///
/// Patterns are sorted, so that comparing one more character narrows down a range of them.
final class AddedTokens {
  /// Nothing found.
  static final long NONE = -1;

  private static final int ASCII = 128;

  private final AddedToken[] tokens;
  private final String[] patterns;
  private final boolean[] begins = new boolean[ASCII];
  private final boolean beginsBeyondAscii;

  /// @param byPattern tokens by the text that each is looked for with, none of them empty
  AddedTokens(SortedMap<String, AddedToken> byPattern) {
    tokens = byPattern.values().toArray(new AddedToken[0]);
    patterns = byPattern.keySet().toArray(new String[0]);
    boolean beyond = false;
    for (var pattern : patterns) {
      if (pattern.charAt(0) < ASCII) {
        begins[pattern.charAt(0)] = true;
      } else {
        beyond = true;
      }
    }
    beginsBeyondAscii = beyond;
  }

  static AddedTokens none() {
    return new AddedTokens(new TreeMap<>());
  }

  boolean isEmpty() {
    return tokens.length == 0;
  }

  AddedToken token(long found) {
    return tokens[(int) found];
  }

  /// Returns where the first token behind `from` begins.
  static int start(long found) {
    return (int) (found >>> 32);
  }

  /// Returns where a token that was found ends.
  int end(long found) {
    return start(found) + patterns[(int) found].length();
  }

  /// Returns the first token that begins in `text[from, to)`, or [#NONE].
  long find(CharSequence text, int from, int to) {
    for (int at = from; at < to; at++) {
      char first = text.charAt(at);
      if (first < ASCII ? begins[first] : beginsBeyondAscii) {
        int longest = longest(text, at, to);
        if (longest >= 0) {
          return ((long) at << 32) | longest;
        }
      }
    }
    return NONE;
  }

  private int longest(CharSequence text, int at, int to) {
    int low = 0;
    int high = patterns.length;
    int best = -1;
    for (int depth = 0; low < high; depth++) {
      if (patterns[low].length() == depth) {
        best = low;
        low++;
      }
      if (at + depth == to) {
        break;
      }
      char next = text.charAt(at + depth);
      low = firstFrom(low, high, depth, next);
      high = firstFrom(low, high, depth, next + 1);
    }
    return best;
  }

  /// Returns the first of a range of patterns whose character at `depth` is not below `least`.
  private int firstFrom(int from, int to, int depth, int least) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (patterns[middle].charAt(depth) < least) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Returns whether a token that was found in `text[0, length)` stands where it may stand.
  boolean isAllowed(long found, CharSequence text, int length) {
    return token(found).bounds() == Bounds.ANYWHERE
        || (!wordEndsAt(text, start(found)) && !wordBeginsAt(text, end(found), length));
  }

  private static boolean wordEndsAt(CharSequence text, int end) {
    return end > 0 && isWord(Character.codePointBefore(text, end));
  }

  private static boolean wordBeginsAt(CharSequence text, int start, int length) {
    if (start == length) {
      return false;
    }
    char first = text.charAt(start);
    if (start + 1 < length && Character.isSurrogatePair(first, text.charAt(start + 1))) {
      return isWord(Character.toCodePoint(first, text.charAt(start + 1)));
    }
    return isWord(first);
  }

  private static boolean isWord(int codePoint) {
    return (CharacterTable.properties(codePoint) & CharacterTable.WORD) != 0;
  }
}
