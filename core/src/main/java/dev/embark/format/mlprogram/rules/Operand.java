package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.tensor.Shape;

/// A value that an operation is given.
record Operand(MilType type, Shape shape, Origin origin) {
  /// Where a value comes from.
  sealed interface Origin {
    /// From the app, kept or given.
    record Outside(MilPort.Kind kind) implements Origin {}

    /// From another operation.
    record Computed() implements Origin {}

    /// From the package, in so many words.
    record Stated(MilValue value) implements Origin {}

    /// From the package, in an encoding.
    record Decoded() implements Origin {}
  }

  static Operand of(MilValue value) {
    return new Operand(value.type(), value.shape(), new Origin.Stated(value));
  }

  boolean isConstant() {
    return switch (origin) {
      case Origin.Outside _, Origin.Computed _ -> false;
      case Origin.Stated _, Origin.Decoded _ -> true;
    };
  }

  boolean isState() {
    return origin instanceof Origin.Outside(var kind) && kind == MilPort.Kind.STATE;
  }

  @Override
  public String toString() {
    return type + " " + shape;
  }
}
