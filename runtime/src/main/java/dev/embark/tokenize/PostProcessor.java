package dev.embark.tokenize;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What is put around and between the ids of one or two texts, as `post_processor` of
/// `tokenizer.json` says it. Its other forms (`BertProcessing`, `RobertaProcessing`, none) are read
/// as the templates they stand for.
///
/// @param single for one text
/// @param pair for two texts
record PostProcessor(List<Piece> single, List<Piece> pair) {
  PostProcessor {
    single = List.copyOf(single);
    pair = List.copyOf(pair);
  }

  /// A part of a template.
  sealed interface Piece {
    /// Returns how many tokens this part always adds.
    int specials();

    /// Adds this part to `target`.
    void addTo(Tokens target, int firstKept, int secondKept);
  }

  /// The ids of the first text.
  record First(int typeId) implements Piece {
    @Override
    public int specials() {
      return 0;
    }

    @Override
    public void addTo(Tokens target, int firstKept, int secondKept) {
      target.scratch().first.copyTo(target, firstKept, typeId);
    }
  }

  /// The ids of the second text.
  record Second(int typeId) implements Piece {
    @Override
    public int specials() {
      return 0;
    }

    @Override
    public void addTo(Tokens target, int firstKept, int secondKept) {
      target.scratch().second.copyTo(target, secondKept, typeId);
    }
  }

  /// A special token.
  record Special(int id, int typeId) implements Piece {
    @Override
    public int specials() {
      return 1;
    }

    @Override
    public void addTo(Tokens target, int firstKept, int secondKept) {
      target.add(id, typeId);
    }
  }

  /// No post-processor: the texts alone, one after the other.
  static PostProcessor none() {
    return new PostProcessor(List.of(new First(0)), List.of(new First(0), new Second(1)));
  }

  /// `BertProcessing`: `[CLS] A [SEP] B [SEP]`.
  static PostProcessor bert(int cls, int sep) {
    return new PostProcessor(
        List.of(new Special(cls, 0), new First(0), new Special(sep, 0)),
        List.of(
            new Special(cls, 0),
            new First(0),
            new Special(sep, 0),
            new Second(1),
            new Special(sep, 1)));
  }

  /// `RobertaProcessing`: `<s> A </s></s> B </s>`, without types.
  static PostProcessor roberta(int cls, int sep) {
    return new PostProcessor(
        List.of(new Special(cls, 0), new First(0), new Special(sep, 0)),
        List.of(
            new Special(cls, 0),
            new First(0),
            new Special(sep, 0),
            new Special(sep, 0),
            new Second(0),
            new Special(sep, 0)));
  }

  /// Returns the ids of the special tokens.
  Set<Integer> ids() {
    var ids = new HashSet<Integer>();
    for (var template : List.of(single, pair)) {
      for (var piece : template) {
        if (piece instanceof Special(var id, _)) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  /// Returns how many special tokens a template adds.
  static int specials(List<Piece> template) {
    int count = 0;
    for (var piece : template) {
      count += piece.specials();
    }
    return count;
  }
}
