package dev.embark.backend;

import dev.embark.tensor.Dim;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Several executables that compute the same for sequences of different lengths.
public final class ByLength implements Executable {
  private static final String SEQUENCE = "sequence";

  private final TreeMap<Integer, Executable> byLength;
  private final Runnable release;

  /// Takes over executables whose inputs are `[batch, length]` or `[batch, length, …]`.
  ///
  /// @param byLength at least one
  /// @param release closes them
  public ByLength(SortedMap<Integer, ? extends Executable> byLength, Runnable release) {
    this.byLength = new TreeMap<>(byLength);
    this.release = release;
  }

  @Override
  public List<Integer> lengths() {
    return List.copyOf(byLength.keySet());
  }

  @Override
  public List<Port> inputs() {
    return longest().inputs().stream()
        .map(port -> new Port(port.name(), port.type(), open(port.shape())))
        .toList();
  }

  /// Returns `[batch, sequence, …]` with any sequence.
  private static Shape open(Shape shape) {
    var dims = new ArrayList<>(shape.dims());
    dims.set(1, new Dim.Named(SEQUENCE));
    return new Shape(dims);
  }

  @Override
  public List<Port> outputs() {
    return longest().outputs();
  }

  private Executable longest() {
    return byLength.lastEntry().getValue();
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    var first = inputs.get(longest().inputs().getFirst().name());
    if (first == null) {
      throw new IllegalArgumentException(
          "inputs are " + inputs() + ", given are " + inputs.keySet());
    }
    var executable = byLength.get(Math.toIntExact(first.shape().size(1)));
    if (executable == null) {
      throw new IllegalArgumentException(first.shape() + " is none of the lengths " + lengths());
    }
    executable.run(inputs, outputs);
  }

  @Override
  public void close() {
    release.run();
  }
}
