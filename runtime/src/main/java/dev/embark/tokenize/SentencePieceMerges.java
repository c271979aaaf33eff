package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Derives the merges of a BPE model from its pieces and scores, which is all that a SentencePiece
/// file has: every way to put a piece together from two others.
///
/// The order is that of transformers' converter: higher scores first, then longer left halves, then
/// longer right halves; what is equal stays in the order of pieces and ids.
final class SentencePieceMerges {
  private SentencePieceMerges() {}

  /// Two pieces that become one.
  record Merge(String left, String right) {}

  private record Candidate(String left, String right, double score, int leftLength, int length) {
    int rightLength() {
      return length - leftLength;
    }
  }

  private record Split(Candidate candidate, int leftId, int rightId) {}

  /// Returns the merges of a model.
  ///
  /// @param vocabulary all pieces with their scores, in the order of ids
  /// @param ids the pieces that may be halves; of equal ones the last id counts
  static List<Merge> derive(
      List<SentencePieceTokenizer.Scored> vocabulary, Map<String, Integer> ids) {
    var scores = new LinkedHashMap<String, Double>();
    vocabulary.forEach(scored -> scores.put(scored.piece(), scored.score()));
    var candidates = new ArrayList<Candidate>();
    scores.forEach((piece, score) -> candidates.addAll(splits(piece, score, ids)));
    candidates.sort(
        Comparator.comparingDouble(Candidate::score)
            .thenComparingInt(Candidate::leftLength)
            .thenComparingInt(Candidate::rightLength)
            .reversed());
    return candidates.stream().map(found -> new Merge(found.left, found.right)).toList();
  }

  private static List<Candidate> splits(String piece, double score, Map<String, Integer> ids) {
    int length = piece.codePointCount(0, piece.length());
    var splits = new ArrayList<Split>();
    int at = 0;
    for (int leftLength = 1; leftLength < length; leftLength++) {
      at += Character.charCount(piece.codePointAt(at));
      var left = piece.substring(0, at);
      var leftId = ids.get(left);
      if (leftId != null) {
        var right = piece.substring(at);
        var rightId = ids.get(right);
        if (rightId != null) {
          // Plus 0: Python takes -0.0, the score of the first merge, for equal to 0.0.
          var candidate = new Candidate(left, right, score + 0.0, leftLength, length);
          splits.add(new Split(candidate, leftId, rightId));
        }
      }
    }
    splits.sort(Comparator.comparingInt(Split::leftId).thenComparingInt(Split::rightId));
    return splits.stream().map(Split::candidate).toList();
  }

  /// Returns the ids of a file's pieces.
  static Map<String, Integer> ids(SentencePieceFile file) {
    var ids = new HashMap<String, Integer>();
    for (int i = 0; i < file.pieces().size(); i++) {
      ids.put(file.pieces().get(i).text(), i);
    }
    return ids;
  }
}
