package dev.embark.embed;

import dev.embark.backend.Executable;
import dev.embark.tensor.Dim;
import dev.embark.tensor.Shape;

/// The sizes that an executable's inputs `[batch, sequence]` must have, as far as they are fixed.
record Frame(Dim batch, Dim sequence) {
  static Frame of(Executable executable) {
    Shape ids =
        executable.inputs().stream()
            .filter(port -> port.name().equals(ModelInput.IDS.port()))
            .findFirst()
            .orElseThrow()
            .shape();
    return new Frame(ids.dim(0), ids.dim(1));
  }

  /// Returns how many of `wanted` texts are computed at a time.
  int texts(int wanted) {
    return fixed(batch, wanted);
  }

  /// Returns how many positions are computed where `wanted` are needed.
  int sequence(int wanted) {
    return fixed(sequence, wanted);
  }

  private static int fixed(Dim dim, int free) {
    return switch (dim) {
      case Dim.Fixed(var size) -> Math.toIntExact(size);
      case Dim.Named _ -> free;
    };
  }
}
