package dev.embark.tokenize;

import java.util.ArrayList;
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

    int typeId();

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

  /// Where a special token stands beside a text.
  enum Place {
    BEFORE,
    BEHIND
  }

  /// Returns this with a special token beside each text, unless it is there.
  PostProcessor with(Place place, int id) {
    return new PostProcessor(with(single, place, id), with(pair, place, id));
  }

  private static List<Piece> with(List<Piece> template, Place place, int id) {
    var pieces = new ArrayList<Piece>();
    for (int i = 0; i < template.size(); i++) {
      var piece = template.get(i);
      boolean isText = piece.specials() == 0;
      if (isText && place == Place.BEFORE && !isBeside(template, i, place, id)) {
        pieces.add(new Special(id, piece.typeId()));
      }
      pieces.add(piece);
      if (isText && place == Place.BEHIND && !isBeside(template, i, place, id)) {
        pieces.add(new Special(id, piece.typeId()));
      }
    }
    return pieces;
  }

  /// Returns this without a special token beside any text.
  PostProcessor without(Place place, int id) {
    return new PostProcessor(without(single, place, id), without(pair, place, id));
  }

  private static List<Piece> without(List<Piece> template, Place place, int id) {
    var dropped = new HashSet<Integer>();
    for (int i = 0; i < template.size(); i++) {
      if (template.get(i).specials() == 0 && isBeside(template, i, place, id)) {
        dropped.add(place == Place.BEFORE ? i - 1 : i + 1);
      }
    }
    var pieces = new ArrayList<Piece>();
    for (int i = 0; i < template.size(); i++) {
      if (!dropped.contains(i)) {
        pieces.add(template.get(i));
      }
    }
    return pieces;
  }

  private static boolean isBeside(List<Piece> template, int text, Place place, int id) {
    int at = place == Place.BEFORE ? text - 1 : text + 1;
    return at >= 0
        && at < template.size()
        && template.get(at) instanceof Special(var other, _)
        && other == id;
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
