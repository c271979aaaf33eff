package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What happens to the characters of a text, as `normalizer` of `tokenizer.json` says it.
sealed interface Normalizer {
  /// `BertNormalizer`: some of its steps, always in their order.
  record Bert(Set<BertStep> steps) implements Normalizer {
    public Bert {
      steps = Set.copyOf(steps);
    }
  }

  /// `Lowercase`: every code point on its own.
  record Lowercase() implements Normalizer {}

  /// `Sequence`, or no normalizer where empty.
  record Sequence(List<Normalizer> normalizers) implements Normalizer {
    public Sequence {
      normalizers = List.copyOf(normalizers);
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
    var steps =
        switch (normalizer) {
          case Sequence(var inner) -> inner;
          case Bert _, Lowercase _ -> List.of(normalizer);
        };
    if (steps.stream().anyMatch(Lowercase.class::isInstance)) {
      return normalizer;
    }
    var lowercased = new ArrayList<Normalizer>();
    lowercased.add(new Lowercase());
    lowercased.addAll(steps);
    return new Sequence(lowercased);
  }
}
