package dev.embark.format.mlprogram;

import dev.embark.tensor.Shape;

/// A value by its name in the program: what a function is given, or what an operation makes.
public record MilPort(String name, MilType type, Shape shape, Kind kind) {
  /// What is behind the name.
  public enum Kind {
    TENSOR,
    /// A tensor that lives on between two calls.
    STATE
  }

  /// Returns a tensor.
  public static MilPort tensor(String name, MilType type, Shape shape) {
    return new MilPort(name, type, shape, Kind.TENSOR);
  }
}
