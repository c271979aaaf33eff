package dev.embark.tokenize;

import java.util.Set;

/// How a word becomes ids, as `model` of `tokenizer.json` says it.
sealed interface Model {
  Vocabulary vocabulary();

  /// Returns the id of what cannot be put together, or -1.
  int unknownId();

  /// Returns the number of entries, from which added tokens are numbered on.
  default int size() {
    return vocabulary().size();
  }

  /// `WordPiece`: the longest entry that begins the word, then the longest that continues it.
  ///
  /// @param unknownId id of a word that cannot be put together
  /// @param continuingPrefix how entries begin that continue a word
  /// @param wordCharsMax longest word in code points that is looked up at all
  record WordPiece(Vocabulary vocabulary, int unknownId, String continuingPrefix, int wordCharsMax)
      implements Model {}

  /// `BPE`: single characters, of which pairs are merged.
  ///
  /// @param unknownId id of characters without an entry, or -1 where they are dropped
  record Bpe(Vocabulary vocabulary, Merges merges, int unknownId, Set<BpeTrait> traits)
      implements Model {
    public Bpe {
      traits = Set.copyOf(traits);
    }
  }

  /// `Unigram`: the pieces with the highest sum of scores.
  ///
  /// @param pieces the model itself, in which a piece may occur twice
  record Unigram(Vocabulary vocabulary, UnigramModel pieces) implements Model {
    @Override
    public int unknownId() {
      return pieces.unknownId();
    }

    @Override
    public int size() {
      return pieces.size();
    }
  }

  /// What else a BPE model does.
  enum BpeTrait {
    /// `fuse_unk`: unknown characters in a row are one.
    FUSES_UNKNOWN,
    /// `byte_fallback`: an unknown character becomes its bytes, where they have entries.
    FALLS_BACK_TO_BYTES,
    /// `ignore_merges`: a word that is an entry is not put together.
    TAKES_WHOLE_WORDS,
    /// No merge has part in unknown characters or bytes, so that a word may be cut where no merge
    /// reaches across.
    CUTTABLE
  }
}
