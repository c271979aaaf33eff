package dev.embark.embed;

import dev.embark.tokenize.Tokens;

/// How the items of a call become tokens; any number of threads may use one.
interface Encoding<I> {
  /// Returns the number of characters that are tokenized for an item.
  int chars(I item);

  /// Returns what the model is given for an item.
  ///
  /// @param number of the item in the call, counted from 1, for problems
  /// @param tokens the calling thread's buffer
  EncodedText encode(I item, long number, Tokens tokens);
}
