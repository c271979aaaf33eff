package dev.embark.graph;

/// What is added to the scaled scores of an attention before their softmax.
public sealed interface ScoreBias {
  /// Nothing.
  record None() implements ScoreBias {}

  /// `value` `[1 or batch, heads, sequence, sequence]`.
  record Of(Value value) implements ScoreBias {}
}
