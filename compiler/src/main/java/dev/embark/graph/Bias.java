package dev.embark.graph;

/// The vector a linear layer or a layer norm adds, if it adds one.
public sealed interface Bias {
  /// Nothing is added.
  record None() implements Bias {
    @Override
    public String toString() {
      return "no bias";
    }
  }

  /// `vector` `[out]` is added to the last axis.
  record Of(Constant vector) implements Bias {
    @Override
    public String toString() {
      return vector.toString();
    }
  }
}
