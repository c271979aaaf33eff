package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MilFunction;
import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilOperation.Binding;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// A function in the making: operations in the order in which they were asked for.
///
/// Core ML has no optional parameters, so that each is stated, as a `const` that all users share.
final class MilBlock {
  /// Matrices with more elements than this become bytes, with a scale a row.
  private final int smallestMatrix;

  private final MilOpset opset;
  private final CoreMlPrecision precision;
  private final CoreMlSettings.Sensitive sensitive;
  private final WeightStore weights;
  private final Names names = new Names();
  private final List<MilPort> inputs = new ArrayList<>();
  private final List<MilOperation> operations = new ArrayList<>();
  private final Map<Object, MilPort> shared = new HashMap<>();

  MilBlock(CoreMlSettings settings, WeightStore weights) {
    this.opset = settings.opset();
    this.precision = settings.precision();
    this.sensitive = settings.sensitive();
    this.smallestMatrix = settings.smallestMatrix();
    this.weights = weights;
  }

  MilOpset opset() {
    return opset;
  }

  MilType trunk() {
    return precision.trunk();
  }

  /// Returns the type of norms, and of what goes into the softmax of an attention.
  MilType sensitive() {
    return switch (sensitive) {
      case AS_TRUNK -> trunk();
      case WIDE -> MilType.FLOAT32;
    };
  }

  /// Returns a short name for a thing that has none, the same in all functions of a package.
  int number(Object thing) {
    return weights.number(thing);
  }

  /// Adds an input; its name has to be one that the language knows as a name.
  MilPort input(String name, MilType type, Shape shape) {
    var port = MilPort.tensor(reserve(name), type, shape);
    inputs.add(port);
    return port;
  }

  /// Keeps a name from being given to anything else.
  String reserve(String name) {
    var given = names.of(name);
    if (!given.equals(name)) {
      throw new IllegalArgumentException(name + " is no name of its own");
    }
    return given;
  }

  /// Returns the function, in which `output` goes by a name that was reserved.
  MilFunction finish(MilPort output, String name) {
    var renamed = operations.stream().map(operation -> renamed(operation, output, name)).toList();
    return new MilFunction(inputs, opset.key(), List.of(name), renamed);
  }

  private static MilOperation renamed(MilOperation operation, MilPort port, String name) {
    var bindings = new HashMap<String, List<Binding>>();
    operation
        .inputs()
        .forEach((parameter, given) ->
            bindings.put(
                parameter,
                given.stream()
                    .map(one -> one.equals(new Binding.Name(port.name())) ? named(name) : one)
                    .toList()));
    var outputs =
        operation.outputs().stream()
            .map(one -> one.equals(port) ? MilPort.tensor(name, one.type(), one.shape()) : one)
            .toList();
    return new MilOperation(operation.type(), bindings, outputs, operation.attributes());
  }

  private static Binding named(String name) {
    return new Binding.Name(name);
  }

  /// Adds an operation with one output; parameters are ports or lists of them.
  MilPort emit(String type, String name, MilType result, Shape shape, Map<String, ?> parameters) {
    var port = MilPort.tensor(names.of(name), result, shape);
    var bindings = new HashMap<String, List<Binding>>();
    parameters.forEach((parameter, given) ->
        bindings.put(
            parameter,
            given instanceof List<?> list
                ? list.stream().map(one -> named(((MilPort) one).name())).toList()
                : List.of(named(((MilPort) given).name()))));
    var label = MilBlock.text(port.name());
    operations.add(new MilOperation(type, bindings, List.of(port), Map.of("name", label)));
    return port;
  }

  /// Returns what was made before under `key`, or makes it.
  MilPort once(Object key, Supplier<MilPort> make) {
    var known = shared.get(key);
    if (known != null) {
      return known;
    }
    var made = make.get();
    shared.put(key, made);
    return made;
  }

  private MilPort constant(String name, MilValue value) {
    return once(
        List.of("const", name, value),
        () -> {
          var port = MilPort.tensor(names.of(name), value.type(), value.shape());
          var attributes = Map.of("name", text(port.name()), "val", value);
          operations.add(new MilOperation("const", Map.of(), List.of(port), attributes));
          return port;
        });
  }

  private static MilValue text(String text) {
    return new MilValue(MilType.STRING, Shape.of(new long[0]), new MilValue.Texts(List.of(text)));
  }

  MilPort word(String word) {
    return constant("word_" + word, text(word));
  }

  MilPort truth(Truth truth) {
    var value = new MilValue.Truths(List.of(truth == Truth.YES));
    return constant(
        truth == Truth.YES ? "yes" : "no",
        new MilValue(MilType.BOOL, Shape.of(new long[0]), value));
  }

  /// Whether a parameter applies.
  enum Truth {
    YES,
    NO
  }

  MilPort integer(long number) {
    return constant(
        "int_" + number,
        new MilValue(MilType.INT32, Shape.of(new long[0]), new MilValue.Integers(List.of(number))));
  }

  MilPort integers(long... numbers) {
    var name = new StringBuilder("ints");
    for (long number : numbers) {
      name.append('_').append(number);
    }
    var list = Arrays.stream(numbers).boxed().toList();
    return constant(
        name.toString(),
        new MilValue(MilType.INT32, Shape.of(numbers.length), new MilValue.Integers(list)));
  }

  /// Returns a scalar of one of the types that programs compute in.
  MilPort number(MilType type, double number) {
    var content =
        switch (type) {
          case FLOAT32 -> new MilValue.Reals(List.of((float) number));
          case FLOAT16 -> {
            short half = Float.floatToFloat16((float) number);
            yield new MilValue.Raw(List.of((byte) half, (byte) (half >> 8)));
          }
          case INT32 -> new MilValue.Integers(List.of((long) number));
          case BOOL,
              STRING,
              INT8,
              INT16,
              INT4,
              UINT8,
              UINT16,
              UINT32,
              UINT4,
              UINT2,
              UINT1,
              UINT6,
              UINT3 ->
              throw new IllegalArgumentException("no program computes in " + type);
        };
    return constant("number_" + number, new MilValue(type, Shape.of(new long[0]), content));
  }

  /// Returns a parameter as it is needed, in `FLOAT32` or `FLOAT16`.
  MilPort weight(String name, Weight weight, MilType type) {
    return constant(
        name,
        new MilValue(type, weight.shape(), blob(name, weight, type, StoredWeight.Part.VALUES)));
  }

  /// Returns a matrix, in bytes where the precision asks for it and it is large enough.
  MilPort matrix(String name, Weight weight, MilType type) {
    return switch (precision) {
      case FP32, FP16 -> weight(name, weight, type);
      case INT8_WEIGHTS ->
          weight.shape().elementCount() > smallestMatrix
              ? once(List.of("bytes", name, type), () -> dequantized(name, weight, type))
              : weight(name, weight, type);
    };
  }

  private MilPort dequantized(String name, Weight weight, MilType type) {
    var port = MilPort.tensor(names.of(name + "_quantized"), type, weight.shape());
    var rows = Shape.of(weight.rows());
    var attributes =
        Map.of(
            "name",
            text(port.name()),
            "axis",
            new MilValue(MilType.INT32, Shape.of(new long[0]), new MilValue.Integers(List.of(0L))),
            "quantized_data",
            new MilValue(
                MilType.INT8, weight.shape(), blob(name, weight, type, StoredWeight.Part.CODES)),
            "scale",
            new MilValue(type, rows, blob(name, weight, type, StoredWeight.Part.SCALES)),
            "zero_point",
            new MilValue(
                MilType.INT8, rows, blob(name, weight, type, StoredWeight.Part.ZERO_POINTS)));
    operations.add(
        new MilOperation("constexpr_affine_dequantize", Map.of(), List.of(port), attributes));
    return port;
  }

  private MilValue.Blob blob(String name, Weight weight, MilType type, StoredWeight.Part part) {
    return weights.blob(new StoredWeight(name, weight, type, part));
  }
}
