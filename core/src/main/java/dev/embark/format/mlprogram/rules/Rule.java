package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.MilType;
import dev.embark.tensor.Shape;
import java.util.List;

/// What holds for all operations of one name.
///
/// @param since number of the first operation set that has it
record Rule(int since, List<Parameter> parameters, Inference inference) {
  Rule {
    parameters = List.copyOf(parameters);
  }

  /// A type and a shape.
  record Typed(MilType type, Shape shape) {
    @Override
    public String toString() {
      return type + " " + shape;
    }
  }

  /// What comes out of what goes in.
  interface Inference {
    /// Returns the outputs; throws what `Refused` makes where the inputs do not go together.
    List<Typed> of(Given given);
  }
}
