package dev.embark.checkpoint.template;

/// White space as Python's `str` sees it.
final class Spaces {
  private Spaces() {}

  static boolean isSpace(int character) {
    return switch (character) {
      case 0x85, 0xa0, 0x2007, 0x202f -> true;
      default -> Character.isWhitespace(character);
    };
  }

  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }
}
