package dev.embark.backend.sophon;

import dev.embark.bundle.TrunkPorts;
import dev.embark.format.bmodel.BmodelFile;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What networks are given at each run beside the text: angles of positions, and which tokens see
/// which. As constants inside of a network they would keep networks of several lengths from sharing
/// their weights.
///
/// They lie beside a `.bmodel`, in a safetensors file of its name: `NETWORK/INPUT`, float32.
record PositionalInputs(Path file, Map<String, float[]> values) {
  private static final Set<String> OF_TEXTS = Set.of(TrunkPorts.EMBEDS, TrunkPorts.BIAS);

  static PositionalInputs beside(Path bmodel) {
    var name = bmodel.getFileName().toString();
    var stem = name.substring(0, name.length() - BmodelFile.EXTENSION.length());
    var file = bmodel.resolveSibling(stem + Safetensors.EXTENSION);
    if (!name.endsWith(BmodelFile.EXTENSION) || !Files.exists(file)) {
      return new PositionalInputs(file, Map.of());
    }
    var values = new HashMap<String, float[]>();
    try (var arena = Arena.ofConfined()) {
      Safetensors.open(file, arena).forEach((input, tensor) -> values.put(input, floats(tensor)));
    }
    return new PositionalInputs(file, values);
  }

  private static float[] floats(Tensor tensor) {
    return tensor.bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  /// Returns those of a network by the names of its inputs; throws a `Problem` of category
  /// `BAD_INPUT` where one is missing.
  Map<String, float[]> of(BmNetwork network) {
    var own = new HashMap<String, float[]>();
    for (var place : network.inputs()) {
      if (!OF_TEXTS.contains(place.name())) {
        var given = values.get(network.name() + "/" + place.name());
        if (given == null || given.length != place.shape().elementCount()) {
          throw new Problem(
              Category.BAD_INPUT,
              "%s has no values of the size %s for the input %s of the network %s."
                  .formatted(file, place.shape(), place.name(), network.name()),
              "It belongs to another file, or is not there.",
              "Convert the model again.");
        }
        own.put(place.name(), given);
      }
    }
    return own;
  }
}
