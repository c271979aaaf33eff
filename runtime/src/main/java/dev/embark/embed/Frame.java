package dev.embark.embed;

import dev.embark.backend.Executable;
import dev.embark.bundle.TrunkPorts;
import dev.embark.tensor.Dim;
import dev.embark.tensor.Shape;
import java.util.List;

/// The sizes that an executable's inputs `[batch, sequence]` must have, as far as they are fixed.
///
/// @param sequences the lengths it takes, rising; empty where it takes all
record Frame(Dim batch, List<Integer> sequences) {
  Frame {
    sequences = List.copyOf(sequences);
  }

  static Frame of(Executable executable) {
    Shape ids =
        executable.inputs().stream()
            // Of a trunk, which is given vectors, they are the first two sizes.
            .filter(port ->
                port.name().equals(ModelInput.IDS.port()) || port.name().equals(TrunkPorts.EMBEDS))
            .findFirst()
            .orElseThrow()
            .shape();
    var sequences =
        switch (ids.dim(1)) {
          case Dim.Fixed(var size) -> List.of(Math.toIntExact(size));
          case Dim.Named _ -> executable.lengths();
        };
    return new Frame(ids.dim(0), sequences);
  }

  /// Returns how many of `wanted` texts are computed at a time.
  int texts(int wanted) {
    return switch (batch) {
      case Dim.Fixed(var size) -> Math.toIntExact(size);
      case Dim.Named _ -> wanted;
    };
  }

  /// Returns how many positions are computed where `wanted` are needed: the shortest length that
  /// holds them.
  int sequence(int wanted) {
    return sequences.isEmpty()
        ? wanted
        : sequences.stream().filter(each -> each >= wanted).findFirst().orElseGet(this::longest);
  }

  /// Returns the largest of the lengths, 0 where all are taken.
  int longest() {
    return sequences.isEmpty() ? 0 : sequences.getLast();
  }
}
