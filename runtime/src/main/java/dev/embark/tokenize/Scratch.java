package dev.embark.tokenize;

/// What an encoder needs while it works, kept with the result so that a call allocates nothing.
final class Scratch {
  final Window window = new Window();
  final Splitter written = new Splitter();
  final Splitter normalized = new Splitter();
  final TokenList first = new TokenList();
  final TokenList second = new TokenList();
  int[] hashes = new int[256];
  int[] pieces = new int[256];

  /// Makes room for a word of `length` UTF-16 units.
  void reserve(int length) {
    if (length >= hashes.length) {
      hashes = new int[Math.max(length + 1, hashes.length * 2)];
      pieces = new int[hashes.length];
    }
  }
}
