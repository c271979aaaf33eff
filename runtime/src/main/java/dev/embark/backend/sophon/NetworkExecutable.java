package dev.embark.backend.sophon;

import dev.embark.backend.Executable;
import dev.embark.bundle.TrunkPorts;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A network of one length: vectors of tokens in, vectors of tokens out.
final class NetworkExecutable implements Executable {
  private final Networks networks;
  private final BmNetwork network;
  private final Map<String, float[]> positional;

  /// Takes a network.
  ///
  /// @param positional values of inputs that are the same at each run, by their names
  NetworkExecutable(Networks networks, BmNetwork network, Map<String, float[]> positional) {
    this.networks = networks;
    this.network = network;
    this.positional = Map.copyOf(positional);
  }

  /// Returns how many tokens it takes.
  int length() {
    return Math.toIntExact(network.outputs().getFirst().shape().size(1));
  }

  @Override
  public List<Port> inputs() {
    return network.inputs().stream()
        .filter(place -> !positional.containsKey(place.name()))
        .map(place -> new Port(place.name(), ElementType.F32, place.shape()))
        .toList();
  }

  @Override
  public List<Port> outputs() {
    // Known by its place: the compiler gives outputs names of its own.
    return List.of(
        new Port(TrunkPorts.HIDDEN, ElementType.F32, network.outputs().getFirst().shape()));
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    var values = new HashMap<>(positional);
    for (var port : inputs()) {
      values.put(port.name(), port.in(inputs).bytes().toArray(ValueLayout.JAVA_FLOAT));
    }
    var port = outputs().getFirst();
    var target = port.in(outputs);
    Port.requireOnly(inputs, inputs());
    Port.requireOnly(outputs, outputs());
    var result = networks.run(network, values);
    MemorySegment.copy(result, 0, target.bytes(), ValueLayout.JAVA_FLOAT, 0, result.length);
  }

  @Override
  public void close() {
    // The file is closed with all its networks.
  }
}
