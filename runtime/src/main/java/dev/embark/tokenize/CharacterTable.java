package dev.embark.tokenize;

/// What the reference library does with a character, which is not what [Character] says: it follows
/// other Unicode versions. `characters.txt` is written by a sweep over every code point (in the
/// test tree) and compared with the library by a test. It is loaded at the first character beyond
/// ASCII.
final class CharacterTable {
  /// Dropped by `clean_text`.
  static final int CONTROL = 1;

  /// White space.
  static final int SPACE = 1 << 1;

  /// A word of its own.
  static final int PUNCTUATION = 1 << 2;

  /// Put between spaces by `handle_chinese_chars`.
  static final int IDEOGRAPH = 1 << 3;

  /// Matched by `\w`.
  static final int WORD = 1 << 4;

  /// Dropped by `strip_accents`.
  static final int DROPPED = 1 << 5;

  /// Dropped by `strip_accents`, yet keeps the marks on its sides apart.
  static final int BARRIER = 1 << 6;

  /// Changes when lowercased.
  static final int LOWER = 1 << 7;

  /// Replaced by `strip_accents`.
  static final int STRIPPED = 1 << 8;

  /// Kept by `strip_accents`, but moves among its neighbours.
  static final int ORDERED = 1 << 9;

  /// A number, as the pre-tokenizer `Digits` sees it.
  static final int NUMERIC = 1 << 10;

  /// Dropped by the normalizer `StripAccents`, which does not decompose.
  static final int MARK = 1 << 11;

  /// Anything that a normalizer or pre-tokenizer of BERT acts upon.
  static final int ACTING = ~(WORD | NUMERIC | MARK);

  private static final CharacterFile FILE = CharacterFile.read();
  private static final short[][] BLOCKS = FILE.blocks();
  private static final CharacterMapping ORDER = FILE.order();

  /// Lowercase forms of characters with [#LOWER].
  static final CharacterMapping LOWERCASE = FILE.lower();

  /// What is left of characters with [#STRIPPED], Hangul syllables excepted.
  static final CharacterMapping WITHOUT_ACCENTS = FILE.stripped();

  private CharacterTable() {}

  /// Returns the properties of a code point, as bits.
  static int properties(int codePoint) {
    return BLOCKS[codePoint >>> 8][codePoint & 0xFF];
  }

  /// Returns where a mark stands among marks; 0 for anything that does not move.
  static int rank(int codePoint) {
    return (properties(codePoint) & ORDERED) == 0 ? 0 : ORDER.find(codePoint);
  }
}
