package dev.embark.tokenize;

/// Finds delimiters in a text.
sealed interface Finder permits Regex, Finder.Having {
  /// Nothing found.
  long NONE = -1;

  /// Returns the first match that begins in `text[from, to)`, or [#NONE].
  long find(char[] text, int from, int to);

  /// Returns where a match begins.
  static int start(long found) {
    return (int) (found >>> 32);
  }

  /// Returns where a match ends.
  static int end(long found) {
    return (int) found;
  }

  /// Finds single characters with a property of [CharacterTable].
  record Having(int property) implements Finder {
    @Override
    public long find(char[] text, int from, int to) {
      for (int at = from; at < to; ) {
        int codePoint = Character.codePointAt(text, at, to);
        int end = at + Character.charCount(codePoint);
        if ((CharacterTable.properties(codePoint) & property) != 0) {
          return ((long) at << 32) | end;
        }
        at = end;
      }
      return NONE;
    }
  }
}
