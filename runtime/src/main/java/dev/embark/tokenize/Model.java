package dev.embark.tokenize;

/// How a word becomes ids, as `model` of `tokenizer.json` says it.
sealed interface Model {
  Vocabulary vocabulary();

  /// Returns the id of what cannot be put together, or -1.
  int unknownId();

  /// `WordPiece`: the longest entry that begins the word, then the longest that continues it.
  ///
  /// @param unknownId id of a word that cannot be put together
  /// @param continuingPrefix how entries begin that continue a word
  /// @param wordCharsMax longest word in code points that is looked up at all
  record WordPiece(Vocabulary vocabulary, int unknownId, String continuingPrefix, int wordCharsMax)
      implements Model {}
}
