package dev.embark.tokenize;

/// Where user-perceived characters end: extended grapheme clusters by [UAX
/// 29](https://www.unicode.org/reports/tr29/), as the reference library sees them.
///
/// Which class a character is in comes from `graphemes.txt`, not from [Character]: the library
/// follows a Unicode version of its own. The table is derived from the library by a sweep in the
/// test tree, loaded at the first cluster that does not begin with two ASCII characters.
final class Graphemes {
  // Classes: `Grapheme_Cluster_Break`, and `InCB=Consonant` and `Extended_Pictographic`, which no
  // character of another class has.
  static final int ANY = 0;
  static final int CONTROL = 1;
  static final int EXTEND = 2;
  static final int JOINER = 3;
  static final int SPACING_MARK = 4;
  static final int PREPEND = 5;
  static final int LEADING = 6;
  static final int VOWEL = 7;
  static final int TRAILING = 8;
  static final int SYLLABLE = 9;
  static final int CLOSED_SYLLABLE = 10;
  static final int CONSONANT = 11;
  static final int PICTOGRAPH = 12;
  static final int REGIONAL = 13;

  private static final int CLASS = 15;

  /// `InCB=Extend`, beside a class.
  static final int CONJUNCT_EXTEND = 16;

  /// `InCB=Linker`, beside a class.
  static final int CONJUNCT_LINKER = 32;

  // What a cluster holds so far, as far as a rule asks for it.
  private static final int AFTER_PICTOGRAPH = 1;
  private static final int AFTER_PICTOGRAPH_AND_JOINER = 2;
  private static final int AFTER_CONSONANT = 4;
  private static final int AFTER_LINKER = 8;
  private static final int AFTER_HALF_A_FLAG = 16;

  private Graphemes() {}

  /// Returns where the cluster ends that begins at `from`, at most `to`.
  static int end(CharSequence text, int from, int to) {
    int codePoint = codePointAt(text, from, to);
    int at = from + Character.charCount(codePoint);
    if (codePoint == '\r') {
      return at < to && text.charAt(at) == '\n' ? at + 1 : at;
    }
    int before = properties(codePoint);
    int history = advance(0, before);
    while (at < to) {
      codePoint = codePointAt(text, at, to);
      int after = properties(codePoint);
      if (isBoundary(before & CLASS, after & CLASS, history)) {
        return at;
      }
      history = advance(history, after);
      before = after;
      at += Character.charCount(codePoint);
    }
    return at;
  }

  /// Returns the code point at `index`; a surrogate whose other half is not before `to` stands for
  /// itself.
  static int codePointAt(CharSequence text, int index, int to) {
    char unit = text.charAt(index);
    if (Character.isHighSurrogate(unit) && index + 1 < to) {
      char low = text.charAt(index + 1);
      if (Character.isLowSurrogate(low)) {
        return Character.toCodePoint(unit, low);
      }
    }
    return unit;
  }

  /// Returns class and conjunct properties of a character.
  static int properties(int codePoint) {
    if (codePoint < 0x7F) {
      return codePoint < ' ' ? CONTROL : ANY;
    }
    return GraphemeFile.properties(codePoint);
  }

  /// The rules GB4 to GB999.
  private static boolean isBoundary(int before, int after, int history) {
    if (before == CONTROL || after == CONTROL) {
      return true;
    }
    if (before == PREPEND) {
      return false;
    }
    return switch (after) {
      case EXTEND, JOINER, SPACING_MARK -> false;
      case LEADING, SYLLABLE, CLOSED_SYLLABLE -> before != LEADING;
      case VOWEL -> before != LEADING && before != VOWEL && before != SYLLABLE;
      case TRAILING -> before < VOWEL || before > CLOSED_SYLLABLE;
      case CONSONANT -> (history & AFTER_LINKER) == 0;
      case PICTOGRAPH -> (history & AFTER_PICTOGRAPH_AND_JOINER) == 0;
      case REGIONAL -> (history & AFTER_HALF_A_FLAG) == 0;
      default -> true;
    };
  }

  private static int advance(int history, int properties) {
    int next = 0;
    switch (properties & CLASS) {
      case PICTOGRAPH -> next = AFTER_PICTOGRAPH;
      case EXTEND -> next = history & AFTER_PICTOGRAPH;
      case JOINER -> next = (history & AFTER_PICTOGRAPH) != 0 ? AFTER_PICTOGRAPH_AND_JOINER : 0;
      case CONSONANT -> next = AFTER_CONSONANT;
      case REGIONAL -> next = ~history & AFTER_HALF_A_FLAG;
      default -> {}
    }
    if ((properties & CONJUNCT_LINKER) != 0) {
      boolean linked = (history & (AFTER_CONSONANT | AFTER_LINKER)) != 0;
      next |= linked ? AFTER_LINKER : 0;
    } else if ((properties & CONJUNCT_EXTEND) != 0) {
      next |= history & (AFTER_CONSONANT | AFTER_LINKER);
    }
    return next;
  }
}
