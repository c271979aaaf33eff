package dev.embark.checkpoint.template;

/// The characters that stand for any text: noncharacters of Unicode, which no template may contain.
public final class Holes {
  private static final char FIRST = '\ufdd0';
  private static final char LAST = '\ufdef';

  private Holes() {}

  /// Returns the hole with that number, 0 to 31.
  public static char of(int number) {
    if (number < 0 || number > LAST - FIRST) {
      throw new IllegalArgumentException("no hole has the number " + number);
    }
    return (char) (FIRST + number);
  }

  static boolean isHole(int character) {
    return character >= FIRST && character <= LAST;
  }

  static boolean areIn(String text) {
    return text.chars().anyMatch(Holes::isHole);
  }
}
