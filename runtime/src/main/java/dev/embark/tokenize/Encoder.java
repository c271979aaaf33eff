package dev.embark.tokenize;

import dev.embark.bundle.Pipeline.Letters;

/// A tokenizer's pipeline up to the special tokens, compiled for its model.
sealed interface Encoder permits WordPieceEncoder {
  /// Adds the ids of a text to `target`.
  void encode(String text, Scratch scratch, TokenList target);

  /// Compiles what a file describes.
  static Encoder of(TokenizerFile file, Letters letters) {
    var normalizer =
        switch (letters) {
          case AS_WRITTEN -> file.normalizer();
          case LOWERCASED -> Normalizer.lowercased(file.normalizer());
        };
    return switch (file.preTokenizer()) {
      case PreTokenizer.Bert() ->
          switch (file.model()) {
            case Model.WordPiece model ->
                new WordPieceEncoder(
                    file.addedTokens(), BertNormalization.compile(normalizer), model);
          };
    };
  }
}
