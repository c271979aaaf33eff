package dev.embark.embed;

/// The text that is put before an input.
public sealed interface Prompt {
  /// The model's default prompt, if it has one: what sentence-transformers' `encode` does.
  record Default() implements Prompt {}

  /// No prompt, even if the model has a default.
  record None() implements Prompt {}

  /// One of the model's prompts.
  record Named(String name) implements Prompt {}
}
