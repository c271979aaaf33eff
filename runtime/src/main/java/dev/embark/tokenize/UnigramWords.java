package dev.embark.tokenize;

/// A Unigram model that cuts each word once and then remembers it.
final class UnigramWords implements WordModel {
  private final UnigramModel model;

  UnigramWords(UnigramModel model) {
    this.model = model;
  }

  @Override
  public void encode(char[] text, int from, int to, Scratch scratch, TokenList target) {
    if (to - from > WordCache.WORD_MAX) {
      model.encode(text, from, to, scratch.unigram, target);
      return;
    }
    var cache = scratch.cache(this);
    int hash = WordCache.hash(text, from, to);
    if (!cache.addTo(target, hash, text, from, to)) {
      var word = scratch.word;
      word.start(Integer.MAX_VALUE, Side.RIGHT);
      model.encode(text, from, to, scratch.unigram, word);
      var pieces = scratch.pieces;
      pieces.clear();
      word.addTo(pieces);
      cache.put(hash, text, from, to, pieces);
      pieces.addTo(target);
    }
  }
}
