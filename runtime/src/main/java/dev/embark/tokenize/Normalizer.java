package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What happens to the characters of a text, as `normalizer` of `tokenizer.json` says it.
sealed interface Normalizer {
  /// Returns what is done, one after the other.
  List<Normalizer> inOrder();

  /// `BertNormalizer`: some of its steps, always in their order.
  record Bert(Set<BertStep> steps) implements Normalizer {
    public Bert {
      steps = Set.copyOf(steps);
    }

    @Override
    public List<Normalizer> inOrder() {
      return List.of(this);
    }
  }

  /// `Lowercase`: every code point on its own.
  record Lowercase() implements Normalizer {
    @Override
    public List<Normalizer> inOrder() {
      return List.of(this);
    }
  }

  /// `Sequence`, or no normalizer where empty.
  record Sequence(List<Normalizer> normalizers) implements Normalizer {
    public Sequence {
      normalizers = List.copyOf(normalizers);
    }

    @Override
    public List<Normalizer> inOrder() {
      return normalizers;
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
    var steps = normalizer.inOrder();
    if (steps.contains(new Lowercase())) {
      return normalizer;
    }
    var lowercased = new ArrayList<Normalizer>();
    lowercased.add(new Lowercase());
    lowercased.addAll(steps);
    return new Sequence(lowercased);
  }
}
