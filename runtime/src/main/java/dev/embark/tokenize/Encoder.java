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
    refuseUnclearBeginning(normalizer, steps);
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

  /// A mark at the beginning only: where that is after a normalizer that makes several characters
  /// of one and drops the first, the library says by offsets that nothing else depends on.
  private static void refuseUnclearBeginning(Normalizer normalizer, List<PreTokenizer> steps) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof PreTokenizer.Metaspace(_, var prefix, _)
          && prefix == PreTokenizer.Prefix.FIRST) {
        boolean isMade = i > 0;
        for (var step : normalizer.inOrder()) {
          if ((isMade && dropsOrMakes(step)) || step instanceof Normalizer.Bert) {
            throw Unsupported.component(
                "The tokenizer",
                "prepend_scheme",
                "first behind " + step.getClass().getSimpleName(),
                "always, never");
          }
          isMade |= dropsOrMakes(step);
        }
      }
    }
  }

  /// Returns whether a step may drop the first character, or make several of it.
  private static boolean dropsOrMakes(Normalizer step) {
    return switch (step) {
      case Normalizer.Bert _,
          Normalizer.Unicode _,
          Normalizer.StripAccents _,
          Normalizer.Nmt _,
          Normalizer.Precompiled _ ->
          true;
      case Normalizer.Strip(var sides) -> sides.contains(Side.LEFT);
      case Normalizer.Replace(_, var content) -> content.isEmpty();
      case Normalizer.Lowercase _, Normalizer.Prepend _, Normalizer.Sequence _ -> false;
    };
  }
}
