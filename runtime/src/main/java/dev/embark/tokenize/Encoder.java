package dev.embark.tokenize;

import dev.embark.bundle.Pipeline.Letters;
import java.util.List;

/// A tokenizer's pipeline up to the special tokens, compiled for its model.
sealed interface Encoder permits WordPieceEncoder, GeneralEncoder {
  /// Adds the ids of a text to `target`.
  void encode(String text, Scratch scratch, TokenList target);

  /// Compiles what a file describes.
  static Encoder of(TokenizerFile file, Letters letters) {
    var normalizer =
        switch (letters) {
          case AS_WRITTEN -> file.normalizer();
          case LOWERCASED -> Normalizer.lowercased(file.normalizer());
        };
    var steps = file.preTokenizer().inOrder();
    if (file.model() instanceof Model.WordPiece model
        && steps.equals(List.of(new PreTokenizer.Bert()))
        && BertNormalization.canCompile(normalizer)) {
      return new WordPieceEncoder(file.addedTokens(), BertNormalization.compile(normalizer), model);
    }
    boolean isOfBytes = !steps.isEmpty() && steps.getLast() instanceof PreTokenizer.ByteLevel;
    var model =
        switch (file.model()) {
          case Model.WordPiece pieces when !isOfBytes -> new WordPieceModel(pieces);
          case Model.Bpe bpe ->
              new BpeModel(bpe, isOfBytes ? BpeModel.Letters.BYTES : BpeModel.Letters.CHARACTERS);
          case Model.Unigram unigram when !isOfBytes -> new UnigramWords(unigram.pieces());
          case Model.WordPiece _, Model.Unigram _ ->
              throw Unsupported.component(
                  "The tokenizer",
                  "pre_tokenizer",
                  "ByteLevel without BPE",
                  "ByteLevel before BPE");
        };
    return new GeneralEncoder(
        file.addedTokens(), Rewriting.all(normalizer), Station.chain(steps, model));
  }
}
