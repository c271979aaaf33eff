package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Executable;
import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.Signature;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A package that is open, with the ports of the graph it was made from: token ids of 64 bits, and
/// outputs by the names of the pipeline.
final class ProgramExecutable implements Executable {
  private final MilProgram program;
  private final Signature signature;

  /// Name of each output in the graph, by its name in the package.
  private final Map<String, String> names;

  private final Arena arena;

  /// Takes over the arena in which the weights are mapped.
  ProgramExecutable(MlPackage opened, Arena arena) {
    var model = opened.model();
    if (model.functions().size() != 1) {
      throw MilProgram.unknown("packages of several programs");
    }
    this.program = new MilProgram(opened, model.functions().values().iterator().next());
    this.signature = model.description().main();
    this.names = model.description().metadata().userDefined();
    this.arena = arena;
  }

  static Problem beyond(long id, long rows) {
    return new Problem(
        Category.BAD_INPUT,
        "Token id " + id + " is beyond the table, which has " + rows + " rows.",
        "The tokenizer belongs to another model.",
        "Take all files from the same revision and convert the model again.");
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
    if (inputs.size() != signature.inputs().size()) {
      throw new IllegalArgumentException(
          "inputs are " + inputs() + ", given are " + inputs.keySet());
    }
    var values = new HashMap<String, MilTensor>();
    for (var feature : signature.inputs()) {
      var tensor = inputs.get(feature.name());
      if (tensor == null || !tensor.shape().equals(shape(feature))) {
        throw new IllegalArgumentException(
            feature.name() + " is " + shape(feature) + ", given is " + tensor);
      }
      values.put(feature.name(), integers(tensor));
    }
    var results = program.run(values);
    for (var feature : signature.outputs()) {
      var target = outputs.get(name(feature));
      if (target == null || outputs.size() != 1) {
        throw new IllegalArgumentException(
            "the output is " + name(feature) + ", wanted are " + outputs.keySet());
      }
      var result = requireNonNull(results.get(feature.name()), feature.name()).reals();
      MemorySegment.copy(result, 0, target.bytes(), ValueLayout.JAVA_FLOAT, 0, result.length);
    }
  }

  private static MilTensor integers(Tensor tensor) {
    var sizes = new int[tensor.shape().rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = Math.toIntExact(tensor.shape().size(axis));
    }
    var numbers = new int[Math.toIntExact(tensor.shape().elementCount())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Math.toIntExact(tensor.bytes().getAtIndex(ValueLayout.JAVA_LONG, i));
    }
    return MilTensor.ofIntegers(MilType.INT32, sizes, numbers);
  }

  @Override
  public void close() {
    arena.close();
  }
}
