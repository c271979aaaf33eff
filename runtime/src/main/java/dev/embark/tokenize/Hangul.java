package dev.embark.tokenize;

/// Hangul syllables fall into their letters by rule (Unicode, section 3.12).
final class Hangul {
  static final int FIRST = 0xAC00;
  static final int LAST = 0xD7A3;

  private static final int LEAD = 0x1100;
  private static final int VOWEL = 0x1161;
  private static final int TRAIL = 0x11A7;
  private static final int TRAILS = 28;
  private static final int VOWELS_AND_TRAILS = 21 * TRAILS;

  private Hangul() {}

  static boolean isSyllable(int codePoint) {
    return codePoint >= FIRST && codePoint <= LAST;
  }

  /// Adds the two or three letters of a syllable.
  static void addLetters(int syllable, Window target) {
    int index = syllable - FIRST;
    target.add((char) (LEAD + index / VOWELS_AND_TRAILS));
    target.add((char) (VOWEL + index % VOWELS_AND_TRAILS / TRAILS));
    int trail = index % TRAILS;
    if (trail > 0) {
      target.add((char) (TRAIL + trail));
    }
  }
}
