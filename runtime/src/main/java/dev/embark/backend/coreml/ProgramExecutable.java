package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Executable;
import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.Signature;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A function of a package that is open, with the ports of the graph it was made from: token ids of
/// 64 bits, and outputs by the names of the pipeline.
final class ProgramExecutable implements Executable {
  private final Computation computation;
  private final Signature signature;

  /// Name of each output in the graph, by its name in the package.
  private final Map<String, String> names;

  private final Runnable release;

  /// @param names the package's metadata
  /// @param release ends the computation, and gives back the memory in which the weights are mapped
  ProgramExecutable(
      Computation computation, Signature signature, Map<String, String> names, Runnable release) {
    this.computation = computation;
    this.signature = signature;
    this.names = names;
    this.release = release;
  }

  @Override
  public List<Port> inputs() {
    return signature.inputs().stream()
        .map(feature -> new Port(feature.name(), ElementType.I64, shape(feature)))
        .toList();
  }

  @Override
  public List<Port> outputs() {
    return signature.outputs().stream()
        .map(feature -> new Port(name(feature), ElementType.F32, shape(feature)))
        .toList();
  }

  private static Shape shape(Feature feature) {
    return Shape.of(feature.shape().stream().mapToLong(Long::longValue).toArray());
  }

  private String name(Feature feature) {
    return names.getOrDefault(CoreMlBackend.OUTPUT_KEY + feature.name(), feature.name());
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    var values = new HashMap<String, int[]>();
    for (var port : inputs()) {
      values.put(port.name(), integers(port.in(inputs)));
    }
    Port.requireOnly(inputs, inputs());
    Port.requireOnly(outputs, outputs());
    for (var port : outputs()) {
      port.in(outputs);
    }
    var results = computation.run(values);
    for (var feature : signature.outputs()) {
      var result = requireNonNull(results.get(feature.name()), feature.name());
      var target = requireNonNull(outputs.get(name(feature)), feature.name());
      MemorySegment.copy(result, 0, target.bytes(), ValueLayout.JAVA_FLOAT, 0, result.length);
    }
  }

  private static int[] integers(Tensor tensor) {
    var numbers = new int[Math.toIntExact(tensor.shape().elementCount())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Math.toIntExact(tensor.bytes().getAtIndex(ValueLayout.JAVA_LONG, i));
    }
    return numbers;
  }

  @Override
  public void close() {
    release.run();
  }
}
