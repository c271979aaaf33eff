package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxContent.Order;
import dev.embark.format.onnx.OnnxContent.Part;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.List;

/// Says products of 8-bit integers. Tokens become unsigned bytes around 128, because the fast
/// instructions of x86 multiply unsigned bytes with signed ones.
final class IntegerLowering {
  private static final int ZERO = 128;

  /// Codes from 0 to the largest absolute value.
  private static final double STEPS = 127;

  /// Divides tokens that are all 0, which then stay 0.
  private static final double SMALLEST = 1e-30;

  private final NodeList nodes;
  private final Flavor flavor;

  IntegerLowering(NodeList nodes, Flavor flavor) {
    this.nodes = nodes;
    this.flavor = flavor;
  }

  /// Emits `input·weightᵀ`.
  void product(String out, Op.IntegerLinear linear) {
    if (!(linear.weight().weight() instanceof Weight.Encoded weight)) {
      throw new IllegalStateException(linear.weight() + " is not encoded");
    }
    long rows = weight.shape().size(0);
    var name = linear.weight().name() + ".columns";
    var codes =
        nodes.encoded(
            name + ".int8",
            new OnnxContent.Encoded(
                weight,
                Part.CODES,
                Order.COLUMNS,
                ElementType.I8,
                Shape.of(weight.rowLength(), rows)));
    var scales =
        nodes.encoded(
            name + ".scales",
            new OnnxContent.Encoded(
                weight, Part.SCALES, Order.ROWS, ElementType.F32, Shape.of(rows)));
    var largest = largest(linear.input());
    var tokens = tokens(linear.input());
    var zero = nodes.unsignedByte(ZERO);
    var plain =
        switch (flavor) {
          case PORTABLE -> {
            var sums = nodes.node("MatMulInteger", out + ".sums", List.of(tokens, codes, zero));
            var wide =
                nodes.node("Cast", out + ".wide", List.of(sums), NodeList.to(NodeList.TYPE_FLOAT));
            yield nodes.node("Mul", out + ".scaled", List.of(wide, scales));
          }
          case ORT ->
              nodes.node(
                  NodeList.MICROSOFT,
                  "MatMulIntegerToFloat",
                  out + ".scaled",
                  List.of(tokens, codes, nodes.scalar(1), scales, zero),
                  List.of());
        };
    nodes.node("Mul", out, List.of(plain, largest));
  }

  /// Returns a 127th of the largest absolute value of each token: `[batch, sequence, 1]`.
  private String largest(Value input) {
    return nodes.once(
        input.name() + ".step",
        name -> {
          var absolute = nodes.node("Abs", input.name() + ".absolute", List.of(input.name()));
          var largest = nodes.reduce("ReduceMax", input.name() + ".largest", absolute, -1);
          var safe =
              nodes.node("Max", input.name() + ".safe", List.of(largest, nodes.scalar(SMALLEST)));
          return nodes.node("Mul", name, List.of(safe, nodes.scalar(1 / STEPS)));
        });
  }

  private String tokens(Value input) {
    return nodes.once(
        input.name() + ".uint8",
        name -> {
          var steps =
              nodes.node("Div", input.name() + ".steps", List.of(input.name(), largest(input)));
          return nodes.node(
              "QuantizeLinear", name, List.of(steps, nodes.scalar(1), nodes.unsignedByte(ZERO)));
        });
  }
}
