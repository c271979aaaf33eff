package dev.embark.tokenize;

import java.util.List;

/// A tokenizer as its files describe it.
///
/// @param padId id that fills up shorter texts of a batch
/// @param side which end of a text is cut off where it is too long
record TokenizerFile(
    List<AddedToken> addedTokens,
    Normalizer normalizer,
    PreTokenizer preTokenizer,
    Model model,
    PostProcessor postProcessor,
    long padId,
    Side side) {
  TokenizerFile {
    addedTokens = List.copyOf(addedTokens);
  }
}
