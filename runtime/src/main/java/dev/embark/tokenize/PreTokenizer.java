package dev.embark.tokenize;

/// How a normalized text falls into words, as `pre_tokenizer` of `tokenizer.json` says it.
sealed interface PreTokenizer {
  /// `BertPreTokenizer`: white space is dropped, every punctuation character is a word.
  record Bert() implements PreTokenizer {}
}
