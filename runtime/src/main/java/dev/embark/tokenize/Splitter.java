package dev.embark.tokenize;

import dev.embark.tokenize.AddedToken.Strip;

/// Walks over a text, part by part: added tokens, and what lies between them.
final class Splitter {
  private static final int BETWEEN = -1;

  private AddedTokens tokens = AddedTokens.none();
  private CharSequence text = "";
  private int length;
  private int search;
  private int offset;
  private int pendingId;
  private int pendingEnd;
  private int id;
  private int from;
  private int to;

  /// Begins with `text[0, length)`.
  void start(AddedTokens tokens, CharSequence text, int length) {
    this.tokens = tokens;
    this.text = text;
    this.length = length;
    search = 0;
    offset = 0;
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
      int start = startOf(found);
      int end = endOf(found);
      // Nothing is left of white space that the token before has swallowed.
      if (tokens.isAllowed(found, text, length) && start < end) {
        return token(tokens.token(found).id(), start, end);
      }
      found = tokens.find(text, search, length);
    }
    return between(length);
  }

  private int startOf(long found) {
    int start = AddedTokens.start(found);
    if (tokens.token(found).left() == Strip.KEPT) {
      return start;
    }
    while (start > offset && isSpace(text.charAt(start - 1))) {
      start--;
    }
    return Math.max(start, offset);
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

  private boolean token(int tokenId, int start, int end) {
    if (offset < start) {
      pendingId = tokenId;
      pendingEnd = end;
      return between(start);
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
