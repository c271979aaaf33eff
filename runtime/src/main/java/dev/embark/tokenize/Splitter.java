package dev.embark.tokenize;

import dev.embark.tokenize.AddedToken.Bounds;
import dev.embark.tokenize.AddedToken.Strip;

/// Walks over a text, part by part: added tokens, and what lies between them.
final class Splitter {
  private static final int BETWEEN = -1;

  private AddedTokens tokens = AddedTokens.none();
  private CharSequence text = "";
  private int start;
  private int length;
  private int search;
  private int offset;
  private int pendingId;
  private int pendingEnd;
  private int id;
  private int from;
  private int to;

  /// Begins with `text[from, to)`.
  void start(AddedTokens tokens, CharSequence text, int from, int to) {
    this.tokens = tokens;
    this.text = text;
    start = from;
    length = to;
    search = from;
    offset = from;
    pendingId = BETWEEN;
  }

  /// Lets go of the text.
  void end() {
    text = "";
  }

  /// Moves to the next part; returns whether there is one.
  boolean next() {
    if (pendingId != BETWEEN) {
      return token(pendingId, pendingEnd);
    }
    long found = tokens.find(text, search, length);
    while (found != AddedTokens.NONE) {
      search = tokens.end(found);
      int first = startOf(found);
      int end = endOf(found);
      // Nothing is left of white space that the token before has swallowed.
      if (isAllowed(found) && first < end) {
        return token(tokens.token(found).id(), first, end);
      }
      found = tokens.find(text, search, length);
    }
    return between(length);
  }

  private boolean isAllowed(long found) {
    return tokens.token(found).bounds() == Bounds.ANYWHERE
        || (!wordEndsAt(AddedTokens.start(found)) && !wordBeginsAt(tokens.end(found)));
  }

  private boolean wordEndsAt(int end) {
    return end > start && isWord(Character.codePointBefore(text, end));
  }

  private boolean wordBeginsAt(int at) {
    if (at == length) {
      return false;
    }
    char first = text.charAt(at);
    if (at + 1 < length && Character.isSurrogatePair(first, text.charAt(at + 1))) {
      return isWord(Character.toCodePoint(first, text.charAt(at + 1)));
    }
    return isWord(first);
  }

  private static boolean isWord(int codePoint) {
    return (CharacterTable.properties(codePoint) & CharacterTable.WORD) != 0;
  }

  private int startOf(long found) {
    int from = AddedTokens.start(found);
    if (tokens.token(found).left() == Strip.KEPT) {
      return from;
    }
    while (from > offset && isSpace(text.charAt(from - 1))) {
      from--;
    }
    return Math.max(from, offset);
  }

  private int endOf(long found) {
    int end = tokens.end(found);
    if (tokens.token(found).right() == Strip.SWALLOWED) {
      while (end < length && isSpace(text.charAt(end))) {
        end++;
      }
    }
    return end;
  }

  private boolean token(int tokenId, int first, int end) {
    if (offset < first) {
      pendingId = tokenId;
      pendingEnd = end;
      return between(first);
    }
    return token(tokenId, end);
  }

  private boolean token(int tokenId, int end) {
    id = tokenId;
    offset = end;
    pendingId = BETWEEN;
    return true;
  }

  private boolean between(int end) {
    id = BETWEEN;
    from = offset;
    to = end;
    offset = end;
    return from < to;
  }

  /// White space is in the basic plane: one UTF-16 unit.
  private static boolean isSpace(char unit) {
    return (CharacterTable.properties(unit) & CharacterTable.SPACE) != 0;
  }

  /// Returns whether this part is an added token.
  boolean isToken() {
    return id != BETWEEN;
  }

  /// Returns the id of an added token.
  int id() {
    return id;
  }

  /// Returns where a part between added tokens begins.
  int from() {
    return from;
  }

  /// Returns where a part between added tokens ends.
  int to() {
    return to;
  }
}
