package dev.embark.embed;

/// What a model computes on, with how it is read: all that decides the model's values.
public sealed interface Input {
  /// A text for one of the model's embeddings.
  record Text(String text, Prompt prompt, Role role) implements Input {}

  /// Two texts for the model's scores.
  ///
  /// @param instruction what stands for the model's own instruction; empty for that
  record Pair(TextPair texts, Prompt prompt, String instruction) implements Input {}

  /// Returns a text without a role.
  static Input of(String text, Prompt prompt) {
    return new Text(text, prompt, Role.NONE);
  }

  /// Returns a pair as the model takes it by default.
  static Input of(TextPair texts) {
    return new Pair(texts, new Prompt.Default(), "");
  }
}
