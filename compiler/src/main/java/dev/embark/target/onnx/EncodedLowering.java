package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxContent.Order;
import dev.embark.format.onnx.OnnxContent.Part;
import dev.embark.graph.Constant;
import dev.embark.graph.Value;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Encoding;
import dev.embark.tensor.Encoding.Integers;
import dev.embark.tensor.Encoding.Integers.Zero;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.List;

/// Says matrices that are stored in fewer bits, and products with them.
final class EncodedLowering {
  /// Products in 32-bit floats: anything less would make a text's vector depend on how many others
  /// are computed with it.
  private static final int EXACT = 1;

  private final NodeList nodes;
  private final Flavor flavor;

  EncodedLowering(NodeList nodes, Flavor flavor) {
    this.nodes = nodes;
    this.flavor = flavor;
  }

  /// Returns whether the standard operators say an encoding in version 21 only.
  static boolean isBlockwise(Weight weight) {
    return weight instanceof Weight.Encoded(var source, Integers integers)
        && integers.block() < source.rowLength();
  }

  /// Emits rows of an encoded table `[rows, hidden]`: only what is looked up is decoded.
  void rows(String out, Constant table, Weight.Encoded weight, Value ids) {
    long rows = weight.shape().size(0);
    switch (weight.encoding()) {
      case Encoding.Half() -> {
        var halves = part(table.name(), weight, Part.CODES, Order.ROWS, ElementType.F16);
        var found = nodes.node("Gather", out + ".halves", List.of(halves, ids.name()));
        nodes.node("Cast", out, List.of(found), NodeList.to(NodeList.TYPE_FLOAT));
      }
      case Integers integers when integers.zero() == Zero.FIXED && !isBlockwise(weight) -> {
        var codes = part(table.name(), weight, Part.CODES, Order.ROWS, codeType(integers));
        var scales =
            nodes.encoded(
                table.name() + ".scales",
                new OnnxContent.Encoded(
                    weight, Part.SCALES, Order.ROWS, ElementType.F32, Shape.of(rows, 1)));
        var found = nodes.node("Gather", out + ".codes", List.of(codes, ids.name()));
        var wide =
            nodes.node("Cast", out + ".wide", List.of(found), NodeList.to(NodeList.TYPE_FLOAT));
        var scale = nodes.node("Gather", out + ".scale", List.of(scales, ids.name()));
        nodes.node("Mul", out, List.of(wide, scale));
      }
      case Integers _ -> nodes.node("Gather", out, List.of(nodes.parameter(table), ids.name()));
    }
  }

  /// Emits the values of an encoded matrix, which a runtime computes once when it loads the file or
  /// at each run.
  String decoded(String name, Weight.Encoded weight, Order order) {
    return switch (weight.encoding()) {
      case Encoding.Half() -> {
        var halves = part(name, weight, Part.CODES, order, ElementType.F16);
        yield nodes.node("Cast", name, List.of(halves), NodeList.to(NodeList.TYPE_FLOAT));
      }
      case Integers integers -> {
        var inputs = new ArrayList<String>();
        inputs.add(part(name, weight, Part.CODES, order, codeType(integers)));
        inputs.add(part(name, weight, Part.SCALES, order, ElementType.F32));
        switch (integers.zero()) {
          case FIXED -> {}
          case FITTED -> inputs.add(part(name, weight, Part.ZEROS, order, codeType(integers)));
        }
        var attributes = new ArrayList<OnnxAttribute>();
        if (isBlockwise(weight)) {
          attributes.add(NodeList.attribute("axis", order == Order.ROWS ? 1 : 0));
          attributes.add(NodeList.attribute("block_size", integers.block()));
        } else {
          attributes.add(NodeList.attribute("axis", order == Order.ROWS ? 0 : 1));
        }
        yield nodes.node("", "DequantizeLinear", name, inputs, attributes);
      }
    };
  }

  private static ElementType codeType(Integers integers) {
    return switch (integers.zero()) {
      case FIXED -> integers.bits() == 8 ? ElementType.I8 : ElementType.I4;
      case FITTED -> integers.bits() == 8 ? ElementType.U8 : ElementType.U4;
    };
  }

  /// Returns the name of a part in the shape that `DequantizeLinear` wants.
  private String part(
      String name, Weight.Encoded weight, Part part, Order order, ElementType type) {
    long rows = weight.shape().size(0);
    var shape =
        switch (part) {
          case CODES -> oriented(rows, weight.rowLength(), order);
          case SCALES, ZEROS ->
              isBlockwise(weight) ? oriented(rows, blocks(weight), order) : Shape.of(rows);
        };
    return nodes.encoded(
        name + suffix(weight, part), new OnnxContent.Encoded(weight, part, order, type, shape));
  }

  private static Shape oriented(long rows, long columns, Order order) {
    return switch (order) {
      case ROWS -> Shape.of(rows, columns);
      case COLUMNS -> Shape.of(columns, rows);
    };
  }

  private static String suffix(Weight.Encoded weight, Part part) {
    return switch (part) {
      case CODES -> "." + weight.encoding().key();
      case SCALES -> ".scales";
      case ZEROS -> ".zeros";
    };
  }

  private static int blocks(Weight.Encoded weight) {
    return switch (weight.encoding()) {
      case Encoding.Half() -> throw new IllegalStateException("halves have no blocks");
      case Integers integers -> integers.blocks(weight.rowLength());
    };
  }

  /// Emits a product with a matrix in blocks as the operator of ONNX Runtime that decodes on the
  /// way; only for those [#isBlockProduct] answers for.
  void blockProduct(String out, Value input, Constant constant) {
    if (!(constant.weight() instanceof Weight.Encoded weight)
        || !(weight.encoding() instanceof Integers integers)) {
      throw new IllegalStateException(constant + " is not in blocks");
    }
    long rows = weight.shape().size(0);
    int blocks = blocks(weight);
    var name = constant.name() + ".blocks";
    var inputs = new ArrayList<String>();
    inputs.add(input.name());
    long blockBytes = (long) integers.block() * integers.bits() / Byte.SIZE;
    inputs.add(bytes(name, weight, Part.CODES, Shape.of(rows, blocks, blockBytes)));
    inputs.add(
        nodes.encoded(
            name + ".scales",
            new OnnxContent.Encoded(
                weight, Part.SCALES, Order.ROWS, ElementType.F32, Shape.of(rows * blocks))));
    switch (integers.zero()) {
      case FIXED -> {}
      case FITTED ->
          inputs.add(
              bytes(
                  name, weight, Part.ZEROS, Shape.of(rows * blocks * integers.bits() / Byte.SIZE)));
    }
    nodes.node(
        NodeList.MICROSOFT,
        "MatMulNBits",
        out,
        inputs,
        List.of(
            NodeList.attribute("K", weight.rowLength()),
            NodeList.attribute("N", rows),
            NodeList.attribute("accuracy_level", EXACT),
            NodeList.attribute("bits", integers.bits()),
            NodeList.attribute("block_size", integers.block())));
  }

  private String bytes(String name, Weight.Encoded weight, Part part, Shape shape) {
    return nodes.encoded(
        name + suffix(weight, part),
        new OnnxContent.Encoded(weight, part, Order.ROWS, ElementType.U8, shape));
  }

  /// Returns whether ONNX Runtime multiplies with an encoded matrix as it is stored: in blocks of a
  /// power of 2 that fill the row, their zeros in whole bytes.
  boolean isBlockProduct(Weight weight) {
    return flavor == Flavor.ORT
        && weight instanceof Weight.Encoded encoded
        && encoded.encoding() instanceof Integers integers
        && isBlockwise(weight)
        && integers.block() >= 16
        && Integer.bitCount(integers.block()) == 1
        && weight.rowLength() % integers.block() == 0
        && (integers.zero() == Zero.FIXED || blocks(encoded) * integers.bits() % Byte.SIZE == 0);
  }
}
