package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxContent.Order;
import dev.embark.format.onnx.OnnxInitializer;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.graph.Constant;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// ONNX nodes and initializers in the making. Constants that are equal are stored once.
final class NodeList {
  /// Domain of ONNX Runtime's own operators.
  static final String MICROSOFT = "com.microsoft";

  static final long TYPE_FLOAT = 1;
  static final long TYPE_INT32 = 6;
  static final long TYPE_INT64 = 7;
  static final long TYPE_BOOL = 9;

  private final int opset;
  private final EncodedLowering encodings;
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, OnnxContent> initializers = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();

  /// What several operations derive from one value, such as a mask in another form.
  private final Map<String, String> derived = new HashMap<>();

  /// Starts a list of operators of a version of the standard set.
  NodeList(int opset, Flavor flavor) {
    this.opset = opset;
    this.encodings = new EncodedLowering(this, flavor);
  }

  /// Returns what says encoded matrices among these nodes.
  EncodedLowering encodings() {
    return encodings;
  }

  List<OnnxNode> nodes() {
    return nodes;
  }

  List<OnnxInitializer> initializers() {
    return initializers.entrySet().stream()
        .map(entry -> new OnnxInitializer(entry.getKey(), entry.getValue()))
        .toList();
  }

  /// Appends a node of the standard domain whose result is called `output`.
  String node(String opType, String output, List<String> inputs, OnnxAttribute... attributes) {
    return node("", opType, output, inputs, List.of(attributes));
  }

  /// Appends a node whose result is called `output`, and returns that name.
  String node(
      String domain,
      String opType,
      String output,
      List<String> inputs,
      List<OnnxAttribute> attributes) {
    if (!names.add(output)) {
      throw new IllegalStateException("two nodes compute " + output);
    }
    nodes.add(
        new OnnxNode(opType, domain, output + ":" + opType, inputs, List.of(output), attributes));
    return output;
  }

  /// Appends a node with several results, and returns their names.
  List<String> node(
      List<String> outputs, String opType, List<String> inputs, List<OnnxAttribute> attributes) {
    for (var output : outputs) {
      if (!names.add(output)) {
        throw new IllegalStateException("two nodes compute " + output);
      }
    }
    nodes.add(
        new OnnxNode(opType, "", outputs.getFirst() + ":" + opType, inputs, outputs, attributes));
    return outputs;
  }

  /// Appends a reduction over one axis, which stays with the size 1.
  String reduce(String opType, String output, String input, long axis) {
    return reduce(opType, output, input, axis, attribute("keepdims", 1));
  }

  /// Appends a reduction over one axis, which goes.
  String reduceAway(String opType, String output, String input, long axis) {
    return reduce(opType, output, input, axis, attribute("keepdims", 0));
  }

  /// Version 18 of the operators made an input of the axes.
  private String reduce(
      String opType, String output, String input, long axis, OnnxAttribute keepdims) {
    return opset < 18
        ? node(
            opType, output, List.of(input), new OnnxAttribute.Ints("axes", List.of(axis)), keepdims)
        : node(opType, output, List.of(input, integers(axis)), keepdims);
  }

  /// Returns what `emit` returned when it was first asked for under this name.
  String once(String name, UnaryOperator<String> emit) {
    var known = derived.get(name);
    if (known != null) {
      return known;
    }
    var emitted = emit.apply(name);
    derived.put(name, emitted);
    return emitted;
  }

  static OnnxAttribute attribute(String name, long value) {
    return new OnnxAttribute.Int(name, value);
  }

  /// Returns the attribute that says what `Cast` makes.
  static OnnxAttribute to(long type) {
    return attribute("to", type);
  }

  /// Returns the name of a trained parameter, read from where it is stored.
  String parameter(Constant constant) {
    if (constant.weight() instanceof Weight.Encoded weight) {
      return once(constant.name(), name -> encodings.decoded(name, weight, Order.ROWS));
    }
    initializers.putIfAbsent(constant.name(), new OnnxContent.Streamed(constant.weight()));
    return constant.name();
  }

  /// Returns the name of a trained matrix `[out, in]`, stored as `MatMul` wants it: `[in, out]`.
  String transposedParameter(Constant constant) {
    var transposed = constant.name() + ".transposed";
    if (constant.weight() instanceof Weight.Encoded weight) {
      return once(transposed, name -> encodings.decoded(name, weight, Order.COLUMNS));
    }
    return parameter(new Constant(transposed, constant.weight().transposed()));
  }

  /// Returns the name of a part of an encoded matrix.
  String encoded(String name, OnnxContent.Encoded content) {
    var known = initializers.putIfAbsent(name, content);
    if (known != null && !known.equals(content)) {
      throw new IllegalStateException("two matrices are called " + name);
    }
    return name;
  }

  /// Returns the name of an unsigned byte.
  String unsignedByte(int value) {
    var name = "byte_" + value;
    var bytes = MemorySegment.ofArray(new byte[] {(byte) value});
    initializers.putIfAbsent(
        name, new OnnxContent.Stored(new Tensor(ElementType.U8, new Shape(List.of()), bytes)));
    return name;
  }

  /// Returns the name of a 32-bit float.
  String scalar(double value) {
    var name = "float_" + (float) value;
    initializers.putIfAbsent(
        name,
        new OnnxContent.Stored(new Tensor(ElementType.F32, new Shape(List.of()), floats(value))));
    return name;
  }

  /// Returns the name of a 64-bit integer.
  String integer(long value) {
    var name = "int_" + value;
    initializers.putIfAbsent(
        name,
        new OnnxContent.Stored(new Tensor(ElementType.I64, new Shape(List.of()), longs(value))));
    return name;
  }

  /// Returns the name of a vector of 64-bit integers, such as axes or a shape.
  String integers(List<Long> values) {
    return integers(values.stream().mapToLong(Long::longValue).toArray());
  }

  /// Returns the name of a vector of 64-bit integers, such as axes or a shape.
  String integers(long... values) {
    var name = new StringBuilder("ints");
    for (long value : values) {
      name.append('_').append(value);
    }
    initializers.putIfAbsent(
        name.toString(),
        new OnnxContent.Stored(
            new Tensor(ElementType.I64, Shape.of(values.length), longs(values))));
    return name.toString();
  }

  /// Returns the name of a vector of 32-bit floats.
  String reals(String name, List<Float> values) {
    var bytes = ByteBuffer.allocate(4 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(bytes::putFloat);
    var tensor =
        new Tensor(ElementType.F32, Shape.of(values.size()), MemorySegment.ofArray(bytes.array()));
    initializers.put(name, new OnnxContent.Stored(tensor));
    return name;
  }

  /// Returns the name of a vector of 64-bit integers too long to be named after them.
  String wholes(String name, List<Integer> values) {
    long[] wide = values.stream().mapToLong(Integer::longValue).toArray();
    initializers.put(
        name,
        new OnnxContent.Stored(new Tensor(ElementType.I64, Shape.of(wide.length), longs(wide))));
    return name;
  }

  // Segments of bytes: views of float[] and long[] would have the machine's byte order.

  private static MemorySegment floats(double value) {
    var bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    return MemorySegment.ofArray(bytes.putFloat((float) value).array());
  }

  private static MemorySegment longs(long... values) {
    var bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return MemorySegment.ofArray(bytes.array());
  }
}
