package dev.embark.tokenize;

/// Hangul syllables fall into their letters by rule (Unicode, section 3.12).
final class Hangul {
  static final int FIRST = 0xAC00;
  static final int LAST = 0xD7A3;

  static final int VOWEL = 0x1161;
  static final int VOWEL_LAST = 0x1175;

  /// Stands for no trailing letter; those that exist follow.
  static final int TRAIL = 0x11A7;

  static final int TRAIL_LAST = 0x11C2;

  private static final int LEAD = 0x1100;
  private static final int LEAD_LAST = 0x1112;
  private static final int TRAILS = 28;
  private static final int VOWELS_AND_TRAILS = 21 * TRAILS;

  private Hangul() {}

  static boolean isSyllable(int codePoint) {
    return codePoint >= FIRST && codePoint <= LAST;
  }

  /// Returns the syllable that two letters, or a syllable and a letter become, or -1.
  static int join(int first, int second) {
    if (first >= LEAD && first <= LEAD_LAST && second >= VOWEL && second <= VOWEL_LAST) {
      return FIRST + (first - LEAD) * VOWELS_AND_TRAILS + (second - VOWEL) * TRAILS;
    }
    boolean isOpen = isSyllable(first) && (first - FIRST) % TRAILS == 0;
    return isOpen && second > TRAIL && second <= TRAIL_LAST ? first + second - TRAIL : -1;
  }

  static int lead(int syllable) {
    return LEAD + (syllable - FIRST) / VOWELS_AND_TRAILS;
  }

  static int vowel(int syllable) {
    return VOWEL + (syllable - FIRST) % VOWELS_AND_TRAILS / TRAILS;
  }

  /// Returns the trailing letter, or [#TRAIL] where there is none.
  static int trail(int syllable) {
    return TRAIL + (syllable - FIRST) % TRAILS;
  }

  /// Adds the two or three letters of a syllable.
  static void addLetters(int syllable, Window target) {
    target.add((char) lead(syllable));
    target.add((char) vowel(syllable));
    if (trail(syllable) > TRAIL) {
      target.add((char) trail(syllable));
    }
  }
}
