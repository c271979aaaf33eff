package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.AddedToken.Matching;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

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

  /// Returns those of some tokens that are looked for in one form of a text.
  ///
  /// @param form brings the content of a token into that form
  static AddedTokens of(List<AddedToken> all, Matching matching, UnaryOperator<String> form) {
    var byPattern = new TreeMap<String, AddedToken>();
    for (var token : all) {
      if (token.matching() == matching) {
        var pattern = form.apply(token.content());
        if (pattern.isEmpty() || byPattern.put(pattern, token) != null) {
          throw new Problem(
              Category.UNSUPPORTED,
              "The added token \"" + token.content() + "\" is \"" + pattern + "\" once normalized.",
              "Nothing is left to look for, or another added token is looked for with the same.",
              "Set \"normalized\" to false for this token in tokenizer.json.");
        }
      }
    }
    return new AddedTokens(byPattern);
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
}
