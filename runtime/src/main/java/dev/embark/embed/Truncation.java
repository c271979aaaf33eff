package dev.embark.embed;

/// What becomes of a text that is longer than the model takes.
public enum Truncation {
  /// It is cut where the model's tokenizer says, usually at its end.
  AS_MODEL,
  /// Its end is left out.
  END,
  /// Its start is left out.
  START,
  /// It is refused.
  ERROR
}
