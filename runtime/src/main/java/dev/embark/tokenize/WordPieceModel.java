package dev.embark.tokenize;

/// `WordPiece` of words that lie anywhere.
final class WordPieceModel implements WordModel {
  private final Vocabulary vocabulary;
  private final int unknownId;
  private final String prefix;
  private final int prefixHash;
  private final int wordCharsMax;

  WordPieceModel(Model.WordPiece model) {
    vocabulary = model.vocabulary();
    unknownId = model.unknownId();
    prefix = model.continuingPrefix();
    prefixHash = Vocabulary.hash(prefix);
    wordCharsMax = model.wordCharsMax();
  }

  @Override
  public void encode(char[] text, int from, int to, Scratch scratch, TokenList target) {
    int length = to - from;
    if (length > wordCharsMax && Character.codePointCount(text, from, length) > wordCharsMax) {
      target.add(unknownId);
      return;
    }
    scratch.reserve(length);
    int[] hashes = scratch.hashes;
    int hash = Vocabulary.SEED;
    for (int i = 0; i < length; i++) {
      hash = Vocabulary.step(hash, text[from + i]);
      hashes[i] = hash;
    }
    int id = vocabulary.find(hash, "", text, from, to);
    if (id >= 0) {
      target.add(id);
    } else {
      encodePieces(text, from, to, scratch, target);
    }
  }

  private void encodePieces(char[] text, int from, int to, Scratch scratch, TokenList target) {
    int[] hashes = scratch.hashes;
    int[] pieces = scratch.ids;
    int count = 0;
    String before = "";
    for (int start = from; start < to; ) {
      int end = Math.min(to, start + vocabulary.longest() - before.length());
      if (start > from) {
        int hash = prefixHash;
        for (int i = start; i < end; i++) {
          hash = Vocabulary.step(hash, text[i]);
          hashes[i - start] = hash;
        }
      }
      int id = -1;
      while (end > start && id < 0) {
        id = vocabulary.find(hashes[end - start - 1], before, text, start, end);
        if (id < 0) {
          end--;
        }
      }
      if (id < 0) {
        target.add(unknownId);
        return;
      }
      pieces[count++] = id;
      start = end;
      before = prefix;
    }
    for (int i = 0; i < count; i++) {
      target.add(pieces[i]);
    }
  }
}
