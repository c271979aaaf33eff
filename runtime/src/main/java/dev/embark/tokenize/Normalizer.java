package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What happens to the characters of a text, as `normalizer` of `tokenizer.json` says it.
sealed interface Normalizer {
  /// Returns what is done, one after the other, none of it a sequence.
  default List<Normalizer> inOrder() {
    return List.of(this);
  }

  /// `BertNormalizer`: some of its steps, always in their order.
  record Bert(Set<BertStep> steps) implements Normalizer {
    public Bert {
      steps = Set.copyOf(steps);
    }
  }

  /// `Lowercase`: every code point on its own.
  record Lowercase() implements Normalizer {}

  /// `NFC`, `NFD`, `NFKC` or `NFKD`.
  record Unicode(NormalForm form) implements Normalizer {}

  /// `StripAccents`: drops marks, without decomposing anything.
  record StripAccents() implements Normalizer {}

  /// `Nmt`: drops controls, makes several characters a space.
  record Nmt() implements Normalizer {}

  /// `Strip`: drops white space at the ends of a text.
  record Strip(Set<Side> sides) implements Normalizer {
    public Strip {
      sides = Set.copyOf(sides);
    }
  }

  /// `Replace`: one text for another.
  record Replace(Regex pattern, String content) implements Normalizer {}

  /// `Prepend`: a text in front of what is not empty.
  record Prepend(String text) implements Normalizer {}

  /// `Precompiled`: SentencePiece's own rules.
  record Precompiled(PrecompiledMap map) implements Normalizer {}

  /// `Sequence`, or no normalizer where empty.
  record Sequence(List<Normalizer> normalizers) implements Normalizer {
    public Sequence {
      normalizers = List.copyOf(normalizers);
    }

    @Override
    public List<Normalizer> inOrder() {
      var steps = new ArrayList<Normalizer>();
      for (var normalizer : normalizers) {
        steps.addAll(normalizer.inOrder());
      }
      return List.copyOf(steps);
    }
  }

  /// The steps of `BertNormalizer`.
  enum BertStep {
    /// Drops control characters, makes all white space a space.
    CLEAN_TEXT,
    /// Puts spaces around ideographs.
    HANDLE_CHINESE_CHARS,
    /// Decomposes (NFD) and drops nonspacing marks.
    STRIP_ACCENTS,
    /// Lowercases every code point on its own.
    LOWERCASE
  }

  /// Puts `Lowercase` in front, unless it is there.
  static Normalizer lowercased(Normalizer normalizer) {
    if (normalizer.inOrder().contains(new Lowercase())) {
      return normalizer;
    }
    return new Sequence(List.of(new Lowercase(), normalizer));
  }
}
