package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Executable;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.graph.Graph;
import dev.embark.pass.Pass;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A graph as an ONNX file, opened by ONNX Runtime and run from rows of integers.
record OnnxRun(Graph graph, Executable executable) implements AutoCloseable {
  /// Writes `graph` to `folder` as a conversion would.
  static OnnxRun of(Graph graph, Flavor flavor, Path folder) {
    var file = folder.resolve("model.onnx");
    OnnxTarget.emit(Pass.applyAll(graph, Recipe.onnx(flavor).passes()), flavor, file);
    return new OnnxRun(graph, OnnxRuntimeBackend.load(folder).open(file));
  }

  /// Returns the values of an output; of the inputs, those that the file has are given to it.
  float[] run(Map<String, long[][]> inputs, String output) {
    var first = inputs.values().iterator().next();
    try (var arena = Arena.ofConfined()) {
      var given = new HashMap<String, Tensor>();
      for (var port : executable.inputs()) {
        given.put(port.name(), integers(arena, requireNonNull(inputs.get(port.name()))));
      }
      var shape = sized(shapeOf(output), first.length, first[0].length);
      var bytes = arena.allocate(shape.elementCount() * 4, 64);
      executable.run(given, Map.of(output, new Tensor(ElementType.F32, shape, bytes)));
      return bytes.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private Shape shapeOf(String output) {
    return graph.outputs().stream()
        .filter(value -> value.name().equals(output))
        .findFirst()
        .orElseThrow()
        .shape();
  }

  private static Shape sized(Shape shape, int batch, int sequence) {
    return new Shape(
        shape.dims().stream()
            .<Dim>map(dim ->
                switch (dim) {
                  case Dim.Fixed fixed -> fixed;
                  case Dim.Named(var name) ->
                      new Dim.Fixed(name.equals("batch") ? batch : sequence);
                })
            .toList());
  }

  private static Tensor integers(Arena arena, long[][] rows) {
    var flat = Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray();
    return new Tensor(
        ElementType.I64,
        Shape.of(rows.length, rows[0].length),
        arena.allocateFrom(ValueLayout.JAVA_LONG, flat));
  }

  @Override
  public void close() {
    executable.close();
  }
}
