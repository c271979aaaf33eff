package dev.embark.tokenize;

/// The characters that `ByteLevel` writes bytes with: those of Latin-1 that can be seen stand for
/// themselves, the others follow from U+0100 on.
final class ByteLetters {
  private static final int BYTES = 256;
  private static final String LETTERS = letters();
  private static final Regex WORDS =
      Regex.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          "ByteLevel");

  private ByteLetters() {}

  /// Returns the letter of a byte between 0 and 255.
  static char letter(int unsigned) {
    return LETTERS.charAt(unsigned);
  }

  /// Returns the expression that cuts a text into words, as GPT-2 did.
  static Regex words() {
    return WORDS;
  }

  private static String letters() {
    var letters = new StringBuilder();
    int next = BYTES;
    for (int c = 0; c < BYTES; c++) {
      boolean isVisible = (c > ' ' && c < 0x7F) || (c > 0xA0 && c != 0xAD);
      letters.append((char) (isVisible ? c : next++));
    }
    return letters.toString();
  }
}
