package dev.embark.embed;

/// The text that is put before an input.
public sealed interface Prompt {
  /// The model's prompt for the input's [Role], else its default prompt, if it has one: what
  /// sentence-transformers' `encode`, `encode_query` and `encode_document` do.
  record Default() implements Prompt {}

  /// No prompt, even if the model has a default.
  record None() implements Prompt {}

  /// One of the model's prompts.
  record Named(String name) implements Prompt {}

  /// A prompt that the model need not know.
  record Literal(String text) implements Prompt {}
}
