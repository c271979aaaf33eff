package dev.embark.tokenize;

/// What an encoder needs while it works, kept with the result so that a call allocates nothing.
final class Scratch {
  final Window window = new Window();
  final Window otherWindow = new Window();
  final Window spelled = new Window();
  final Segment segment = new Segment();
  final Pieces pieces = new Pieces();
  final Splitter written = new Splitter();
  final Splitter normalized = new Splitter();
  final TokenList first = new TokenList();
  final TokenList second = new TokenList();
  final TokenList word = new TokenList();
  final UnigramScratch unigram = new UnigramScratch();
  int[] hashes = new int[256];
  int[] ids = new int[256];

  /// Where the ids of the text at work go.
  TokenList target = first;

  /// Where in the window the text itself begins, or -1 behind an added token.
  int start;

  /// A cache once it is needed: it is larger than all the rest.
  private WordCache[] cache = {};

  /// Returns the words of a model.
  WordCache cache(WordModel model) {
    if (cache.length == 0) {
      cache = new WordCache[] {new WordCache()};
    }
    cache[0].belongTo(model);
    return cache[0];
  }

  /// Makes room for a word of `length` UTF-16 units.
  void reserve(int length) {
    if (length >= hashes.length) {
      hashes = new int[Math.max(length + 1, hashes.length * 2)];
      ids = new int[hashes.length];
    }
  }
}
