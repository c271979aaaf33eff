package dev.embark.target.sophon;

import static java.util.Objects.requireNonNull;

import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.sophon.TopText.Operand;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// Says each operation of a trunk of fixed shapes in the `top` dialect.
final class TopLowering {
  private final TopText text;
  private final TopAttention attention;
  private final Map<Value, TopValue> values = new HashMap<>();
  private final Map<Object, Integer> numbers = new HashMap<>();

  TopLowering(TopText text) {
    this.text = text;
    this.attention = new TopAttention(this);
  }

  void bind(Value value, TopValue given) {
    values.put(value, given);
  }

  TopValue value(Value value) {
    return requireNonNull(values.get(value), value.name());
  }

  void lower(Node node) {
    var out = node.output().name();
    switch (node.op()) {
      // Known from the sizes alone, and only distances read them.
      case Op.Positions _ -> {}
      case Op op -> values.put(node.output(), lower(out, op));
    }
  }

  private TopValue lower(String out, Op of) {
    return switch (of) {
      case Op.Parameter(var constant) -> weight(constant);
      case Op.Linear(var input, var weight, var bias) -> linear(out, value(input), weight, bias);
      case Op.LayerNorm(var input, var weight, var bias, var epsilon) ->
          op(
              "LayerNorm",
              out,
              "axis = -1 : si32, eps = %s : f64, normalized_shape = []".formatted(real(epsilon)),
              input.shape(),
              Operand.of(value(input)),
              Operand.of(weight(weight)),
              bias(bias));
      case Op.RmsNorm(var input, var weight, var epsilon) ->
          rmsNorm(out, value(input), weight, epsilon);
      case Op.Activate(var input, var function) -> activate(out, value(input), function);
      case Op.Rotate(var input, var rotation) -> attention.rotate(out, value(input), rotation);
      case Op.Attention op -> attention.attention(out, op);
      case Op.DistanceBias op -> attention.distanceBias(out, op);
      case Op.Add(var left, var right) -> binary("Add", out, value(left), value(right));
      case Op.Multiply(var left, var right) -> binary("Mul", out, value(left), value(right));
      case Op.Scale(var input, var factor) -> scaled(out, value(input), factor);
      case Op.Slice(var input, var first, var count) -> slice(out, value(input), first, count);
      case Op.Concat(var parts) -> concat(out, parts.stream().map(this::value).toList());
      case Op.PositionScores _ -> throw refused("relative positions of DeBERTa");
      case Op.Mixture _ -> throw refused("mixtures of experts");
      case Op.Embedding _, Op.TokenPositions _ -> throw refused("tables inside of layers");
      case Op.PooledTokens _, Op.Pool _, Op.SumTokens _, Op.Normalize _ ->
          throw refused("pooling inside of layers");
      case Op.Positions _, Op.IntegerLinear _, Op.PackedAttention _ ->
          throw new IllegalStateException(of + " is made for other targets");
    };
  }

  private static Problem refused(String what) {
    return new Problem(
        Category.UNSUPPORTED,
        "Embark does not write %s for SOPHON.".formatted(what),
        "",
        "Convert to ONNX, or take another model.");
  }

  /// Returns a number that only equal things have.
  int number(Object thing) {
    return numbers.computeIfAbsent(thing, _ -> numbers.size() + 1);
  }

  TopText text() {
    return text;
  }

  TopValue op(String type, String name, String attributes, Shape shape, Operand... operands) {
    return text.op(type, name, attributes, shape, List.of(operands));
  }

  static String real(double number) {
    return String.format(Locale.ROOT, "%.15e", number);
  }

  static String list(long... numbers) {
    return LongStream.of(numbers)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  TopValue weight(Constant constant) {
    return text.weight(constant.name(), constant.weight());
  }

  private Operand bias(Bias bias) {
    return switch (bias) {
      case Bias.None() -> Operand.NONE;
      case Bias.Of(var vector) -> Operand.of(weight(vector));
    };
  }

  private TopValue linear(String out, TopValue x, Constant weight, Bias bias) {
    var sizes = x.shape().sizes();
    sizes[sizes.length - 1] = weight.weight().rows();
    return op(
        "MatMul",
        out,
        "right_transpose = true",
        Shape.of(sizes),
        Operand.of(x),
        Operand.of(weight(weight)),
        bias(bias));
  }

  /// Emits a norm over the last axis, or over each head of it.
  private TopValue rmsNorm(String out, TopValue x, Constant weight, double epsilon) {
    long size = weight.weight().rows();
    long width = x.shape().size(-1);
    var parts =
        size == width ? x : reshape(out + "_parts", x, 1, x.shape().size(1), width / size, size);
    var norm =
        op(
            "RMSNorm",
            out,
            "eps = %s : f64".formatted(real(epsilon)),
            parts.shape(),
            Operand.of(parts),
            Operand.of(weight(weight)));
    return size == width ? norm : reshape(out + "_whole", norm, x.shape().sizes());
  }

  private TopValue activate(String out, TopValue x, Activation function) {
    return switch (function) {
      case GELU -> unary("GELU", out, "", x);
      case GELU_TANH -> unary("GELU", out, "approx_mode = \"tanh\"", x);
      case QUICK_GELU -> {
        var gate = unary("Sigmoid", out + "_gate", "", scaled(out + "_steep", x, 1.702));
        yield binary("Mul", out, x, gate);
      }
      case RELU -> unary("Relu", out, "", x);
      case SIGMOID -> unary("Sigmoid", out, "", x);
      case SILU -> unary("SiLU", out, "", x);
      case TANH -> unary("Tanh", out, "", x);
      case LOG1P_RELU -> throw refused("weights of a vocabulary");
    };
  }

  private TopValue unary(String type, String out, String attributes, TopValue x) {
    return op(type, out, attributes, x.shape(), Operand.of(x));
  }

  TopValue binary(String type, String out, TopValue left, TopValue right) {
    int rank = Math.max(left.shape().rank(), right.shape().rank());
    var x = ranked(out + "_left", left, rank);
    var y = ranked(out + "_right", right, rank);
    var sizes = x.shape().sizes();
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = Math.max(sizes[axis], y.shape().size(axis));
    }
    return op(type, out, "", Shape.of(sizes), Operand.of(x), Operand.of(y));
  }

  /// Returns a value with axes of size 1 in front.
  private TopValue ranked(String out, TopValue x, int rank) {
    if (x.shape().rank() == rank) {
      return x;
    }
    var sizes = new long[rank];
    Arrays.fill(sizes, 1);
    int missing = rank - x.shape().rank();
    for (int axis = missing; axis < rank; axis++) {
      sizes[axis] = x.shape().size(axis - missing);
    }
    return reshape(out + "_ranked", x, sizes);
  }

  TopValue scaled(String out, TopValue x, double factor) {
    return factor == 1
        ? x
        : unary("MulConst", out, "const_val = %s : f64".formatted(real(factor)), x);
  }

  TopValue reshape(String out, TopValue x, long... sizes) {
    var shape = Shape.of(sizes);
    return shape.equals(x.shape())
        ? x
        : op("Reshape", out, "shape = " + list(sizes), shape, Operand.of(x));
  }

  TopValue permute(String out, TopValue x, int... order) {
    var sizes = new long[order.length];
    var axes = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      sizes[i] = x.shape().size(order[i]);
      axes[i] = order[i];
    }
    return op("Permute", out, "order = " + list(axes), Shape.of(sizes), Operand.of(x));
  }

  private TopValue slice(String out, TopValue x, int first, int count) {
    int rank = x.shape().rank();
    var offset = new long[rank];
    var ends = x.shape().sizes();
    var steps = new long[rank];
    Arrays.fill(steps, 1);
    offset[rank - 1] = first;
    ends[rank - 1] = Math.addExact(first, count);
    var sizes = x.shape().sizes();
    sizes[rank - 1] = count;
    return op(
        "Slice",
        out,
        "offset = %s, steps = %s, ends = %s, axes = []"
            .formatted(list(offset), list(steps), list(ends)),
        Shape.of(sizes),
        Operand.of(x),
        Operand.NONE,
        Operand.NONE,
        Operand.NONE);
  }

  private TopValue concat(String out, List<TopValue> parts) {
    var sizes = parts.getFirst().shape().sizes();
    sizes[sizes.length - 1] = parts.stream().mapToLong(part -> part.shape().size(-1)).sum();
    var operands = new ArrayList<Operand>();
    parts.forEach(part -> operands.add(Operand.of(part)));
    return text.op(
        "Concat", out, "axis = %d : si32".formatted(sizes.length - 1), Shape.of(sizes), operands);
  }
}
