package dev.embark.tokenize;

/// A model, compiled: turns a word into ids. What a word is, the stations before it have decided.
interface WordModel {
  /// Adds the ids of `text[from, to)`, which is not empty, to `target`.
  void encode(char[] text, int from, int to, Scratch scratch, TokenList target);
}
