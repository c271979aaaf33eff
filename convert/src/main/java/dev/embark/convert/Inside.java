package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.embed.EncodedText;
import dev.embark.graph.Graph;
import dev.embark.graph.Value;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A model whose inside can be seen: a file with values of the graph as outputs, open.
final class Inside implements AutoCloseable {
  private final List<Value> values;
  private final Executable executable;

  private Inside(List<Value> values, Executable executable) {
    this.values = values;
    this.executable = executable;
  }

  /// Writes and opens a graph; throws a `Problem` where the runtime refuses it.
  ///
  /// @param values floats that the graph computes, each once
  /// @param scratch where a file can be written that the caller removes
  static Inside open(
      Graph graph, List<Value> values, Flavor flavor, Backend backend, Path scratch) {
    var opened = new Graph(graph.name(), graph.inputs(), graph.nodes(), values);
    OnnxTarget.emit(opened, flavor, scratch);
    return new Inside(values, backend.open(scratch));
  }

  /// Returns the values for a text in `sequence` positions: of each as many floats as its shape
  /// takes.
  Map<Value, float[]> run(EncodedText text, int sequence) {
    var feeds = Feeds.of(List.of(text), sequence);
    try (var arena = Arena.ofConfined()) {
      var inputs = new HashMap<String, Tensor>();
      for (var port : executable.inputs()) {
        inputs.put(port.name(), tensor(requireNonNull(feeds.get(port.name()))[0], arena));
      }
      var outputs = new LinkedHashMap<String, Tensor>();
      values.forEach(value -> outputs.put(value.name(), room(value, sequence, arena)));
      executable.run(inputs, outputs);
      var results = new LinkedHashMap<Value, float[]>();
      values.forEach(value -> results.put(value, read(requireNonNull(outputs.get(value.name())))));
      return results;
    }
  }

  private static Tensor tensor(long[] row, Arena arena) {
    return new Tensor(
        ElementType.I64, Shape.of(1, row.length), arena.allocateFrom(ValueLayout.JAVA_LONG, row));
  }

  /// Returns memory for a value of one text.
  private static Tensor room(Value value, int sequence, Arena arena) {
    var shape = Shape.of(sizes(value, sequence));
    return new Tensor(
        ElementType.F32,
        shape,
        arena.allocate(ElementType.F32.bytes(shape.elementCount()), Float.BYTES));
  }

  /// Returns the sizes of a value of one text.
  static long[] sizes(Value value, int sequence) {
    return value.shape().dims().stream()
        .mapToLong(dim ->
            switch (dim) {
              case Dim.Fixed(var size) -> size;
              case Dim.Named(var name) -> name.equals("sequence") ? sequence : 1;
            })
        .toArray();
  }

  private static float[] read(Tensor tensor) {
    var values = new float[Math.toIntExact(tensor.shape().elementCount())];
    tensor.read(0, values, 0, values.length);
    return values;
  }

  @Override
  public void close() {
    executable.close();
  }
}
