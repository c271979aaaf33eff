package dev.embark.target.rknn;

import dev.embark.bundle.TrunkPorts;
import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.format.onnx.OnnxInitializer;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.onnx.OnnxValue;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.TrunkValue;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// An ONNX graph of fixed shapes in the making, within what the NPU has room for.
///
/// The toolkit takes more than the device computes and says nothing, so that sizes are looked at
/// here: rank 4 at most, and no size beyond what its registers hold.
final class StaticGraph {
  /// `0x1fff`, the most that a field of a register holds.
  static final int SIZE_MAX = 8191;

  private static final int RANK_MAX = 4;
  private static final long OPSET = 17;
  private static final long IR_VERSION = 8;

  private final List<OnnxValue> inputs = new ArrayList<>();
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, OnnxContent> constants = new LinkedHashMap<>();
  private final Map<Object, TrunkValue> shared = new HashMap<>();
  private int values;

  TrunkValue input(String name, Shape shape) {
    inputs.add(new OnnxValue(name, ElementType.F32, shape));
    return new TrunkValue(name, shape);
  }

  /// Adds a node whose result has the sizes that are given.
  TrunkValue node(
      String type, String as, Shape shape, List<TrunkValue> operands, OnnxAttribute... attributes) {
    if (shape.rank() > RANK_MAX) {
      throw tooLarge(as, "rank " + shape.rank());
    }
    for (long size : shape.sizes()) {
      if (size > SIZE_MAX) {
        throw tooLarge(as, "a size of " + size);
      }
    }
    var name = as.equals(TrunkPorts.HIDDEN) ? as : next();
    var given = operands.stream().map(TrunkValue::name).toList();
    nodes.add(new OnnxNode(type, "", "", given, List.of(name), List.of(attributes)));
    return new TrunkValue(name, shape);
  }

  private static Problem tooLarge(String what, String how) {
    return new Problem(
        Category.UNSUPPORTED,
        what + " has " + how + ", which the NPU does not compute.",
        "It knows ranks up to " + RANK_MAX + " and sizes up to " + SIZE_MAX + ".",
        "Take a smaller model, or a shorter --sequence.");
  }

  /// Returns a name for a value. Only that of the result means anything to anybody: a `.rknn` holds
  /// each several times, and with the names of a checkpoint would be a thousandth larger.
  private String next() {
    return "t" + ++values;
  }

  TrunkValue once(Object key, Supplier<TrunkValue> make) {
    var made = shared.get(key);
    if (made == null) {
      made = make.get();
      shared.put(key, made);
    }
    return made;
  }

  /// Returns a constant; the same name is the same constant.
  TrunkValue constant(String name, Weight weight) {
    return once(
        List.of(name, weight.shape()),
        () -> {
          var called = next();
          constants.put(called, new OnnxContent.Streamed(weight));
          return new TrunkValue(called, weight.shape());
        });
  }

  TrunkValue constant(String name, Shape shape, Supplier<float[]> values) {
    return once(
        List.of(name, shape),
        () -> constant(name, new Weight.Stored(Tensor.of(shape, values.get()))));
  }

  TrunkValue scalar(double value) {
    return constant("float_" + (float) value, Shape.of(1), () -> new float[] {(float) value});
  }

  /// Returns a vector of 64-bit integers, such as a shape.
  TrunkValue integers(long... values) {
    var name = new StringBuilder("ints");
    for (long value : values) {
      name.append('_').append(value);
    }
    return once(
        name.toString(),
        () -> {
          // Bytes: a view of long[] would have the machine's order.
          var bytes = new byte[values.length * Long.BYTES];
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
          var shape = Shape.of(values.length);
          var called = next();
          constants.put(
              called,
              new OnnxContent.Stored(
                  new Tensor(ElementType.I64, shape, MemorySegment.ofArray(bytes))));
          return new TrunkValue(called, shape);
        });
  }

  /// Returns the graph, which gives `result` under the name that it has.
  ///
  /// A node that only gave it another one would lead one version of the toolkit into a loop without
  /// end.
  OnnxModel finish(TrunkValue result) {
    var opsets = new TreeMap<String, Long>();
    opsets.put("", OPSET);
    var graph =
        new OnnxGraph(
            "trunk",
            inputs,
            List.of(new OnnxValue(result.name(), ElementType.F32, result.shape())),
            nodes,
            constants.entrySet().stream()
                .map(each -> new OnnxInitializer(each.getKey(), each.getValue()))
                .toList());
    return new OnnxModel(IR_VERSION, opsets, "embark", "", new TreeMap<>(), graph);
  }
}
