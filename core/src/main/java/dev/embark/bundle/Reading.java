package dev.embark.bundle;

import dev.embark.bundle.Pipeline.Letters;

/// How a text becomes tokens, as far as the tokenizer's own files do not say it.
///
/// @param maxTokens longest sequence in tokens, special tokens included
/// @param charsMax longest text in code points that is tokenized at all, 0 where there is no limit;
///   model2vec cuts texts before it tokenizes them
/// @param letters whether texts are lowercased before the tokenizer's own normalizer
/// @param specials whether special tokens are put around a text
/// @param unknowns what becomes of tokens that the vocabulary does not know
public record Reading(
    int maxTokens, int charsMax, Letters letters, Specials specials, Unknowns unknowns) {
  /// Whether special tokens are put around a text.
  public enum Specials {
    ADDED,
    /// As the static models of sentence-transformers and model2vec.
    LEFT_OUT
  }

  /// What becomes of unknown tokens.
  public enum Unknowns {
    KEPT,
    /// As model2vec does.
    DROPPED
  }

  /// Returns how transformers reads a text.
  public static Reading of(int maxTokens, Letters letters) {
    return new Reading(maxTokens, 0, letters, Specials.ADDED, Unknowns.KEPT);
  }

  Reading withMaxTokens(int limit) {
    return new Reading(limit, charsMax, letters, specials, unknowns);
  }
}
