package dev.embark.tokenize;

import java.util.List;

/// A part of a regular expression as it is written.
sealed interface RegexPart {
  /// Returns whether every match of this part has a character.
  default boolean isSomething() {
    return switch (this) {
      case One _ -> true;
      case Repeated(var part, var min, _, _) -> min > 0 && part.isSomething();
      case Sequence(var parts) -> parts.stream().anyMatch(RegexPart::isSomething);
      case Choice(var parts) -> parts.stream().allMatch(RegexPart::isSomething);
      case Ahead _ -> false;
    };
  }

  /// One character of a set.
  record One(CharacterSet set) implements RegexPart {}

  /// A part several times; only where `part` is one character may `max` be above one.
  record Repeated(RegexPart part, int min, int max, Giving giving) implements RegexPart {}

  /// Parts one after the other.
  record Sequence(List<RegexPart> parts) implements RegexPart {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /// The first part that leads to a match.
  record Choice(List<RegexPart> parts) implements RegexPart {
    public Choice {
      parts = List.copyOf(parts);
    }
  }

  /// `(?=…)` and `(?!…)`.
  record Ahead(RegexPart part, Wanted wanted) implements RegexPart {}

  /// Whether a repetition gives characters back where the rest would not match otherwise.
  enum Giving {
    BACK,
    NOTHING
  }

  /// What must stand ahead.
  enum Wanted {
    THERE,
    NOT_THERE
  }
}
