package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Arrays;

/// SentencePiece's Unigram model as the reference library computes it: of all ways to cut a text
/// into pieces the one with the highest sum of scores.
///
/// Sums are made from left to right; of equally good ways to a place the one counts whose last
/// piece is longest, as in the library. A character that is no piece may stand as unknown, 10 below
/// the lowest score. Neighbouring unknown characters become one: the piece that they happen to be,
/// or their bytes where the model has pieces for bytes, or the unknown id.
///
/// The text is decided stretch by stretch: where no piece reaches across a place, the best way to
/// that place is final. So a long text of many words needs no more memory than a short one, and a
/// text without such places 20 bytes a character.
final class UnigramModel {
  private static final double UNKNOWN_PENALTY = 10;

  /// Pieces of real models have at most 16 characters, runs of spaces or dashes some hundred. The
  /// time for a text is bounded by its length times this.
  private static final int PIECE_UNITS_MAX = 1024;

  private static final int BYTES = 256;
  private static final char REPLACEMENT = '\uFFFD';

  private final PieceTrie trie;
  private final double[] scores;
  private final int unknownId;
  private final double unknownScore;

  /// By byte: the id of its piece, or [PieceTrie#NONE]. Empty without byte fallback.
  private final int[] bytes;

  private UnigramModel(Builder builder, int unknownId, ByteFallback byteFallback) {
    trie = builder.trie.build();
    scores = Arrays.copyOf(builder.scores, builder.count);
    this.unknownId = unknownId;
    unknownScore = builder.scoreMin - UNKNOWN_PENALTY;
    bytes =
        switch (byteFallback) {
          case NONE -> new int[0];
          case BYTES -> new int[BYTES];
        };
    for (int b = 0; b < bytes.length; b++) {
      bytes[b] = find("<0x%02X>".formatted(b));
    }
  }

  /// `byte_fallback`: what becomes of unknown characters.
  enum ByteFallback {
    /// The unknown id.
    NONE,
    /// Pieces `<0x00>` to `<0xFF>`, if all that are needed are there.
    BYTES
  }

  /// Returns the number of pieces; their ids are all below.
  int size() {
    return scores.length;
  }

  int unknownId() {
    return unknownId;
  }

  /// Returns the id of a piece, or -1; of equal pieces the last one's.
  int find(CharSequence piece) {
    int node = trie.root();
    for (int i = 0; i < piece.length() && node != PieceTrie.NONE; i++) {
      node = trie.step(node, piece.charAt(i));
    }
    return node < scores.length ? node : PieceTrie.NONE;
  }

  /// Adds the ids of `text[from, to)` to `target`; half a surrogate pair counts as U+FFFD.
  void encode(char[] text, int from, int to, UnigramScratch scratch, TokenList target) {
    scratch.start(text, from, to, target);
    for (int at = from; at < to; ) {
      if (at == scratch.reach && at > scratch.base) {
        decide(scratch);
      }
      int end = scratch.characterEnd(at);
      extend(at, end, scratch);
      at = end;
    }
    decide(scratch);
    endUnknown(scratch);
    scratch.end();
  }

  /// Offers all pieces that begin at a place.
  ///
  /// @param characterEnd where the character at that place ends
  private void extend(int at, int characterEnd, UnigramScratch scratch) {
    double score = scratch.scores[at - scratch.base];
    char[] text = scratch.text;
    int to = scratch.textEnd;
    int size = scores.length;
    boolean isKnown = false;
    int node = trie.root();
    for (int i = at; i < to; ) {
      char unit = text[i];
      node = trie.step(node, Character.isSurrogate(unit) ? paired(scratch, i) : unit);
      i++;
      if (node == PieceTrie.NONE) {
        break;
      }
      if (node < size) {
        scratch.offer(i, at, node, scores[node] + score);
        isKnown |= i == characterEnd;
      }
    }
    if (!isKnown) {
      scratch.offer(characterEnd, at, unknownId, unknownScore + score);
    }
  }

  /// Takes the best way to where all pieces so far end, and begins a new stretch there.
  private void decide(UnigramScratch scratch) {
    int base = scratch.base;
    int[] ends = scratch.ends;
    int count = 0;
    for (int place = scratch.reach - base; place > 0; place = scratch.starts[place]) {
      ends[count++] = place;
    }
    while (count > 0) {
      int place = ends[--count];
      int id = scratch.ids[place];
      if (id != unknownId) {
        endUnknown(scratch);
        scratch.target.add(id);
      } else {
        if (scratch.unknownFrom == scratch.unknownTo) {
          scratch.unknownFrom = base + scratch.starts[place];
        }
        scratch.unknownTo = base + place;
      }
    }
    scratch.scores[0] = scratch.scores[scratch.reach - base];
    scratch.base = scratch.reach;
  }

  private void endUnknown(UnigramScratch scratch) {
    if (scratch.unknownFrom == scratch.unknownTo) {
      return;
    }
    int node = trie.root();
    for (int i = scratch.unknownFrom; i < scratch.unknownTo && node != PieceTrie.NONE; i++) {
      node = trie.step(node, unit(scratch, i));
    }
    if (node != PieceTrie.NONE && node < scores.length) {
      scratch.target.add(node);
    } else if (haveBytes(scratch)) {
      addBytes(scratch);
    } else {
      scratch.target.add(unknownId);
    }
    scratch.unknownFrom = scratch.unknownTo;
  }

  private boolean haveBytes(UnigramScratch scratch) {
    if (bytes.length == 0) {
      return false;
    }
    for (int i = scratch.unknownFrom; i < scratch.unknownTo; i = scratch.characterEnd(i)) {
      int codePoint = codePoint(scratch, i);
      for (int k = 0; k < utf8Length(codePoint); k++) {
        if (bytes[utf8(codePoint, k)] == PieceTrie.NONE) {
          return false;
        }
      }
    }
    return true;
  }

  private void addBytes(UnigramScratch scratch) {
    for (int i = scratch.unknownFrom; i < scratch.unknownTo; i = scratch.characterEnd(i)) {
      int codePoint = codePoint(scratch, i);
      for (int k = 0; k < utf8Length(codePoint); k++) {
        scratch.target.add(bytes[utf8(codePoint, k)]);
      }
    }
  }

  private static int utf8Length(int codePoint) {
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }

  /// Returns a byte of a character in UTF-8.
  private static int utf8(int codePoint, int index) {
    int length = utf8Length(codePoint);
    int bits = codePoint >> (6 * (length - 1 - index));
    if (index > 0) {
      return 0x80 | (bits & 0x3F);
    }
    return switch (length) {
      case 1 -> bits;
      case 2 -> 0xC0 | bits;
      case 3 -> 0xE0 | bits;
      default -> 0xF0 | bits;
    };
  }

  private static int codePoint(UnigramScratch scratch, int at) {
    return scratch.characterEnd(at) == at + 2
        ? Character.toCodePoint(scratch.text[at], scratch.text[at + 1])
        : unit(scratch, at);
  }

  private static char unit(UnigramScratch scratch, int at) {
    char unit = scratch.text[at];
    return Character.isSurrogate(unit) ? paired(scratch, at) : unit;
  }

  /// Returns a surrogate if its other half is there, else U+FFFD.
  private static char paired(UnigramScratch scratch, int at) {
    char unit = scratch.text[at];
    boolean isPaired =
        Character.isHighSurrogate(unit)
            ? scratch.characterEnd(at) == at + 2
            : at > scratch.textStart && Character.isHighSurrogate(scratch.text[at - 1]);
    return isPaired ? unit : REPLACEMENT;
  }

  /// Takes up the pieces of a model, in the order of their ids.
  static final class Builder {
    private final String source;
    private final PieceTrie.Builder trie;
    private double[] scores = new double[1024];
    private int count;
    private double scoreMin = Double.POSITIVE_INFINITY;

    /// @param source name of the file in errors
    Builder(String source) {
      this.source = source;
      trie = new PieceTrie.Builder(source);
    }

    /// Adds the piece `piece[0, length)`.
    void add(char[] piece, int length, double score) {
      if (length > PIECE_UNITS_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            source
                + " has a piece of "
                + length
                + " characters; a piece may have at most "
                + PIECE_UNITS_MAX
                + ".",
            "It begins \"" + new String(piece, 0, 40) + "\".",
            "");
      }
      if (!Double.isFinite(score)) {
        throw new Problem(
            Category.BAD_INPUT,
            source + " gives the piece \"" + new String(piece, 0, length) + "\" no finite score.",
            "",
            "Fetch the file again.");
      }
      trie.add(piece, length);
      if (count == scores.length) {
        scores = Arrays.copyOf(scores, count * 2);
      }
      scores[count++] = score;
      scoreMin = Math.min(scoreMin, score);
    }

    /// Returns the model.
    ///
    /// @param unknownId `unk_id`, -1 where the file has none
    UnigramModel build(int unknownId, ByteFallback byteFallback) {
      if (unknownId < 0 || unknownId >= count) {
        throw new Problem(
            Category.BAD_INPUT,
            source + " has " + (unknownId < 0 ? "no unk_id." : "the unk_id " + unknownId + "."),
            "Its vocabulary has "
                + count
                + " entries; one of them must stand for characters that are no piece.",
            "Fetch the file again.");
      }
      return new UnigramModel(this, unknownId, byteFallback);
    }
  }
}
