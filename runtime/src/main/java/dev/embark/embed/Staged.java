package dev.embark.embed;

import dev.embark.backend.Executable;
import dev.embark.bundle.TrunkPorts;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A model in three parts: tables on the host, layers on a device, pooling on the host.
///
/// One text at a time, filled up on the right to a length that the device knows. The device is told
/// of padding, where it has to know, by what is added to its scores.
final class Staged implements Executable {
  private static final String MASK = ModelInput.MASK.port();

  private final Executable prologue;
  private final Executable trunk;
  private final Executable epilogue;
  private final int width;

  /// Takes over the executables of the three parts.
  Staged(Executable prologue, Executable trunk, Executable epilogue) {
    this.prologue = prologue;
    this.trunk = trunk;
    this.epilogue = epilogue;
    this.width = Math.toIntExact(port(trunk, TrunkPorts.EMBEDS).shape().size(2));
  }

  private static Port port(Executable part, String name) {
    return part.inputs().stream()
        .filter(port -> port.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("a part takes no " + name));
  }

  private static boolean takes(Executable part, String name) {
    return part.inputs().stream().anyMatch(port -> port.name().equals(name));
  }

  @Override
  public List<Integer> lengths() {
    return switch (port(trunk, TrunkPorts.EMBEDS).shape().dim(1)) {
      case Dim.Fixed(var size) -> List.of(Math.toIntExact(size));
      case Dim.Named _ -> trunk.lengths();
    };
  }

  @Override
  public List<Port> inputs() {
    var shape = Shape.of(new Dim.Fixed(1), new Dim.Named("sequence"));
    var names = new ArrayList<>(prologue.inputs().stream().map(Port::name).toList());
    if (!names.contains(MASK)) {
      names.add(MASK);
    }
    return names.stream().map(name -> new Port(name, ElementType.I64, shape)).toList();
  }

  @Override
  public List<Port> outputs() {
    return epilogue.outputs();
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    for (var port : inputs()) {
      if (!inputs.containsKey(port.name())) {
        throw new IllegalArgumentException(port + " is not among " + inputs.keySet());
      }
    }
    Port.requireOnly(inputs, inputs());
    var mask = inputs.get(MASK);
    if (mask == null) {
      throw new IllegalArgumentException("there is no " + MASK);
    }
    long sequence = mask.shape().size(1);
    try (var arena = Arena.ofConfined()) {
      var embeds = floats(Shape.of(1, sequence, width), arena);
      var ids = new HashMap<>(inputs);
      ids.keySet().removeIf(name -> !takes(prologue, name));
      prologue.run(ids, Map.of(TrunkPorts.EMBEDS, embeds));
      var given = new HashMap<>(Map.of(TrunkPorts.EMBEDS, embeds));
      if (takes(trunk, TrunkPorts.BIAS)) {
        given.put(TrunkPorts.BIAS, bias(mask, arena));
      }
      var hidden = floats(Shape.of(1, sequence, width), arena);
      trunk.run(given, Map.of(TrunkPorts.HIDDEN, hidden));
      var pooled = new HashMap<>(Map.of(TrunkPorts.HIDDEN, hidden));
      if (takes(epilogue, MASK)) {
        pooled.put(MASK, mask);
      }
      epilogue.run(pooled, outputs);
    }
  }

  private static Tensor floats(Shape shape, Arena arena) {
    return new Tensor(
        ElementType.F32, shape, arena.allocate(shape.elementCount() * Float.BYTES, Long.BYTES));
  }

  private static Tensor bias(Tensor mask, Arena arena) {
    var bias = floats(mask.shape(), arena);
    for (long i = 0; i < mask.shape().elementCount(); i++) {
      boolean isSeen = mask.bytes().getAtIndex(ValueLayout.JAVA_LONG, i) != 0;
      bias.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, isSeen ? 0 : TrunkPorts.UNSEEN);
    }
    return bias;
  }

  @Override
  public void close() {
    epilogue.close();
    trunk.close();
    prologue.close();
  }
}
