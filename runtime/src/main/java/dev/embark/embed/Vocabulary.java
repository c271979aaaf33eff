package dev.embark.embed;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.Side;
import dev.embark.tokenize.Tokenizer;

/// A tokenizer beside a model that may have fewer ids than it.
final class Vocabulary {
  private final Tokenizer tokenizer;
  private final int rows;

  /// @param rows token embeddings that the model has
  Vocabulary(Tokenizer tokenizer, int rows) {
    this.tokenizer = tokenizer;
    this.rows = rows;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Returns the tokenizer that cuts as is asked for.
  Tokenizer cutting(Truncation truncation) {
    return switch (truncation) {
      case AS_MODEL, ERROR -> tokenizer;
      case END -> tokenizer.truncating(Side.RIGHT);
      case START -> tokenizer.truncating(Side.LEFT);
    };
  }

  /// Throws a `Problem` where an id has no embedding. Only tokens that were added to a vocabulary
  /// can lack one: for all others a model is not opened.
  ///
  /// @param name of the text, such as `Text 3`
  void check(EncodedText text, String name) {
    if (tokenizer.maxId() < rows) {
      return;
    }
    for (int position = 0; position < text.length(); position++) {
      int id = text.id(position);
      if (id >= rows) {
        throw new Problem(
            Category.BAD_INPUT,
            name
                + " has the token \""
                + tokenizer.tokenOf(id)
                + "\" (id "
                + id
                + "), the model has "
                + rows
                + " token embeddings.",
            "The tokenizer knows tokens that the model was not made for.",
            "Leave the token out of the text.");
      }
    }
  }

  /// Throws a `Problem` where a text was cut although that is an error.
  ///
  /// @param name of the text, such as `Text 3`
  static void check(Truncation truncation, EncodedText text, int limit, String name) {
    if (truncation == Truncation.ERROR && text.untruncatedLength() > text.tokens()) {
      throw new Problem(
          Category.BAD_INPUT,
          name + " has " + text.untruncatedLength() + " tokens, the limit is " + limit + ".",
          "Texts that are too long are refused, as you asked for.",
          "Split the text into passages, or let its end or its start be left out.");
    }
  }

  /// Throws a `Problem` where a cut at the start took the prompt away, without which a model gives
  /// other vectors.
  static void checkPrompt(Truncation truncation, String prompt, EncodedText text, String name) {
    if (truncation == Truncation.START
        && !prompt.isEmpty()
        && text.untruncatedLength() > text.tokens()) {
      throw new Problem(
          Category.BAD_INPUT,
          name + " is too long, and a cut at its start would take the prompt away.",
          "The model is told by what stands first how to read the rest.",
          "Let the end be left out, or split the text into passages.");
    }
  }
}
