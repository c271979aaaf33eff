package dev.embark.bundle;

/// A change around a text that must not change its vector.
public enum Variation {
  /// In one batch with others instead of alone.
  BATCH("batch"),
  /// With the texts of the batch in reverse order.
  ORDER("order"),
  /// Next to a much shorter and a much longer text.
  NEIGHBORS("neighbors"),
  /// Padded to a greater length.
  PADDING("padding"),
  /// Computed a second time.
  REPETITION("repetition");

  private final String key;

  Variation(String key) {
    this.key = key;
  }

  /// Returns the spelling in `embark.json`.
  public String key() {
    return key;
  }
}
