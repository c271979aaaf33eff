package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;

/// Checks what files say about a WordPiece model.
final class WordPieceReader {
  /// What the library takes where the file is silent.
  static final int WORD_CHARS_MAX = 100;

  /// Keeps the time for a word in bounds.
  private static final int WORD_CHARS_LIMIT = 10_000;

  private WordPieceReader() {}

  static Model.WordPiece model(
      Vocabulary vocabulary, String unknownToken, String prefix, int wordCharsMax, String source) {
    int unknownId = vocabulary.find(unknownToken);
    if (unknownId < 0) {
      throw unknownWithoutEntry(vocabulary, unknownToken, source);
    }
    if (wordCharsMax > WORD_CHARS_LIMIT) {
      throw new Problem(
          Category.UNSUPPORTED,
          source + " has max_input_chars_per_word " + wordCharsMax + ".",
          "Embark looks up words of at most " + WORD_CHARS_LIMIT + " characters.",
          "");
    }
    return new Model.WordPiece(vocabulary, unknownId, prefix, wordCharsMax);
  }

  static Problem unknownWithoutEntry(Vocabulary vocabulary, String unknownToken, String source) {
    return new Problem(
        Category.BAD_INPUT,
        source + " names the unknown token \"" + unknownToken + "\", which has no entry.",
        "The vocabulary has " + vocabulary.size() + " entries.",
        "Fetch the file again.");
  }
}
