package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.List;

/// What is taken for a word, as `pre_tokenizer` of `tokenizer.json` says it.
sealed interface PreTokenizer {
  /// Returns what is done, one after the other, none of it a sequence.
  default List<PreTokenizer> inOrder() {
    return List.of(this);
  }

  /// `BertPreTokenizer`: white space is dropped, every punctuation character is a word.
  record Bert() implements PreTokenizer {}

  /// `Whitespace`: white space is dropped, runs of `\w` and of anything else are words.
  record Whitespace() implements PreTokenizer {}

  /// `WhitespaceSplit`: white space is dropped.
  record WhitespaceSplit() implements PreTokenizer {}

  /// `Metaspace`: a mark takes the place of spaces, and stands in front of a text.
  record Metaspace(char mark, Prefix prefix, Cutting cutting) implements PreTokenizer {}

  /// `ByteLevel`: words of one kind of character, each with the space before it, as UTF-8. Nothing
  /// may follow it, for from there on a character is a byte.
  record ByteLevel(Prefix prefix, Cutting cutting) implements PreTokenizer {}

  /// `Split`, `Punctuation` and `Digits`: what a pattern matches, and what lies between.
  record Split(Finder finder, Delimiter delimiter, Meaning meaning) implements PreTokenizer {
    /// `Punctuation`.
    static Split punctuation(Delimiter delimiter) {
      return new Split(new Finder.Having(CharacterTable.PUNCTUATION), delimiter, Meaning.MATCHES);
    }
  }

  /// `Sequence`, or no pre-tokenizer where empty.
  record Sequence(List<PreTokenizer> preTokenizers) implements PreTokenizer {
    public Sequence {
      preTokenizers = List.copyOf(preTokenizers);
    }

    @Override
    public List<PreTokenizer> inOrder() {
      var steps = new ArrayList<PreTokenizer>();
      for (var preTokenizer : preTokenizers) {
        steps.addAll(preTokenizer.inOrder());
      }
      return List.copyOf(steps);
    }
  }

  /// Where a mark or a space is put in front, unless one is there.
  enum Prefix {
    ALWAYS,
    /// At the beginning of a text only, not behind an added token.
    FIRST,
    NEVER
  }

  /// Whether a step cuts.
  enum Cutting {
    WORDS,
    NOTHING
  }

  /// What becomes of matches: `behavior`.
  enum Delimiter {
    REMOVED,
    ISOLATED,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT,
    CONTIGUOUS;

    /// Returns whether two neighbours stay together.
    boolean isMerged(Part part, Part next) {
      return switch (this) {
        case REMOVED, ISOLATED -> false;
        case MERGED_WITH_PREVIOUS -> part == Part.BETWEEN && next == Part.DELIMITER;
        case MERGED_WITH_NEXT -> part == Part.DELIMITER && next == Part.BETWEEN;
        case CONTIGUOUS -> part == next;
      };
    }
  }

  /// What a part of a text is.
  enum Part {
    DELIMITER,
    BETWEEN
  }

  /// Whether matches delimit words, or what lies between them does: `invert`.
  enum Meaning {
    MATCHES,
    OTHERS
  }
}
