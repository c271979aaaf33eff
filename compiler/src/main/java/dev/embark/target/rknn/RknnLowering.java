package dev.embark.target.rknn;

import static java.util.Objects.requireNonNull;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Says each operation of a trunk of fixed shapes in the forms that the toolkit recognises and
/// computes as one: others of the same meaning land on the CPU, or overflow 16 bits.
final class RknnLowering {
  private final StaticGraph graph;
  private final RknnAttention attention;
  private final Map<Value, Wire> values = new HashMap<>();
  private final Map<Object, Integer> numbers = new HashMap<>();

  RknnLowering(StaticGraph graph) {
    this.graph = graph;
    this.attention = new RknnAttention(this);
  }

  StaticGraph graph() {
    return graph;
  }

  void bind(Value value, Wire wire) {
    values.put(value, wire);
  }

  Wire value(Value value) {
    return requireNonNull(values.get(value), value.name());
  }

  /// Returns a number that only equal things have.
  int number(Object thing) {
    return numbers.computeIfAbsent(thing, _ -> numbers.size() + 1);
  }

  void lower(Node node) {
    var out = node.output().name();
    switch (node.op()) {
      // Known from the sizes alone, and only distances read them.
      case Op.Positions _ -> {}
      case Op op -> values.put(node.output(), lower(out, op));
    }
  }

  private Wire lower(String out, Op of) {
    return switch (of) {
      case Op.Parameter(var constant) -> weight(constant);
      case Op.Linear(var input, var weight, var bias) -> linear(out, value(input), weight, bias);
      case Op.LayerNorm norm -> layerNorm(out, norm);
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
        "Embark does not write %s for RKNN.".formatted(what),
        "",
        "Convert to ONNX, or take another model.");
  }

  private Wire weight(Constant constant) {
    return graph.constant(constant.name(), constant.weight());
  }

  private Wire linear(String out, Wire x, Constant weight, Bias bias) {
    var sizes = x.shape().sizes();
    sizes[sizes.length - 1] = weight.weight().rows();
    var shape = Shape.of(sizes);
    var matrix = graph.constant(weight.name() + ".transposed", weight.weight().transposed());
    return switch (bias) {
      case Bias.None() -> graph.node("MatMul", out, shape, List.of(x, matrix));
      case Bias.Of(var vector) -> {
        var product = graph.node("MatMul", out + ".product", shape, List.of(x, matrix));
        yield graph.node("Add", out, shape, List.of(product, weight(vector)));
      }
    };
  }

  private Wire layerNorm(String out, Op.LayerNorm norm) {
    var x = value(norm.input());
    var operands =
        switch (norm.bias()) {
          case Bias.None() -> List.of(x, weight(norm.weight()));
          case Bias.Of(var vector) -> List.of(x, weight(norm.weight()), weight(vector));
        };
    return graph.node(
        "LayerNormalization",
        out,
        x.shape(),
        operands,
        new OnnxAttribute.Int("axis", -1),
        new OnnxAttribute.Real("epsilon", (float) norm.epsilon()));
  }

  /// Emits a norm over the last axis, or over each head of it. Of the forms with the same meaning
  /// `w·(x·(1/√…))` is computed as one by all versions of the toolkit; of heads, where that makes
  /// files ten times as large, `x/√…·w` is.
  private Wire rmsNorm(String out, Wire x, Constant weight, double epsilon) {
    long size = weight.weight().rows();
    long width = x.shape().size(-1);
    if (size == width) {
      var inverse =
          graph.node(
              "Div",
              out + ".inverse",
              last(x.shape(), 1),
              List.of(graph.scalar(1), root(out, x, epsilon)));
      var normed = graph.node("Mul", out + ".normed", x.shape(), List.of(x, inverse));
      return graph.node("Mul", out, x.shape(), List.of(weight(weight), normed));
    }
    var parts = reshape(out + ".parts", x, 1, x.shape().size(1), width / size, size);
    var ratio =
        graph.node("Div", out + ".ratio", parts.shape(), List.of(parts, root(out, parts, epsilon)));
    var normed = graph.node("Mul", out + ".normed", parts.shape(), List.of(ratio, weight(weight)));
    return reshape(out, normed, x.shape().sizes());
  }

  private Wire root(String out, Wire x, double epsilon) {
    var narrow = last(x.shape(), 1);
    var squares = graph.node("Pow", out + ".squares", x.shape(), List.of(x, graph.scalar(2)));
    var mean =
        graph.node(
            "ReduceMean",
            out + ".mean",
            narrow,
            List.of(squares),
            new OnnxAttribute.Ints("axes", List.of(-1L)),
            new OnnxAttribute.Int("keepdims", 1));
    var shifted = graph.node("Add", out + ".shifted", narrow, List.of(mean, graph.scalar(epsilon)));
    return graph.node("Sqrt", out + ".root", narrow, List.of(shifted));
  }

  private Wire activate(String out, Wire x, Activation function) {
    return switch (function) {
      case GELU -> gelu(out, x);
      case GELU_TANH -> geluTanh(out, x);
      case QUICK_GELU -> gated(out, x, scaled(out + ".steep", x, 1.702));
      case RELU -> unary("Relu", out, x);
      case SIGMOID -> unary("Sigmoid", out, x);
      case SILU -> gated(out, x, x);
      case TANH -> unary("Tanh", out, x);
      case LOG1P_RELU -> throw refused("weights of a vocabulary");
    };
  }

  private Wire gated(String out, Wire x, Wire steep) {
    return binary("Mul", out, x, unary("Sigmoid", out + ".gate", steep));
  }

  /// `x·(erf(x/√2) + 1)·0.5`, in the order in which the toolkit sees one function.
  private Wire gelu(String out, Wire x) {
    var ratio = binary("Div", out + ".ratio", x, graph.scalar(Math.sqrt(2)));
    var erf = unary("Erf", out + ".erf", ratio);
    var shifted = binary("Add", out + ".shifted", erf, graph.scalar(1));
    return scaled(out, binary("Mul", out + ".double", x, shifted), 0.5);
  }

  /// `0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))`.
  private Wire geluTanh(String out, Wire x) {
    var cubed = binary("Pow", out + ".cubed", x, graph.scalar(3));
    var inner = binary("Add", out + ".inner", x, scaled(out + ".small", cubed, 0.044715));
    var tanh = unary("Tanh", out + ".tanh", scaled(out + ".scaled", inner, Math.sqrt(2 / Math.PI)));
    var shifted = binary("Add", out + ".shifted", tanh, graph.scalar(1));
    return scaled(out, binary("Mul", out + ".double", x, shifted), 0.5);
  }

  Wire unary(String type, String out, Wire x, OnnxAttribute... attributes) {
    return graph.node(type, out, x.shape(), List.of(x), attributes);
  }

  Wire binary(String type, String out, Wire left, Wire right) {
    var wide = left.shape().rank() < right.shape().rank() ? right.shape() : left.shape();
    var narrow = wide.equals(left.shape()) ? right.shape() : left.shape();
    var sizes = wide.sizes();
    int missing = wide.rank() - narrow.rank();
    for (int axis = missing; axis < sizes.length; axis++) {
      sizes[axis] = Math.max(sizes[axis], narrow.size(axis - missing));
    }
    return graph.node(type, out, Shape.of(sizes), List.of(left, right));
  }

  Wire scaled(String out, Wire x, double factor) {
    return factor == 1 ? x : binary("Mul", out, x, graph.scalar(factor));
  }

  Wire reshape(String out, Wire x, long... sizes) {
    var shape = Shape.of(sizes);
    return shape.equals(x.shape())
        ? x
        : graph.node("Reshape", out, shape, List.of(x, graph.integers(sizes)));
  }

  Wire transpose(String out, Wire x, int... order) {
    var sizes = Arrays.stream(order).mapToLong(axis -> x.shape().size(axis)).toArray();
    var axes = Arrays.stream(order).mapToObj(axis -> (long) axis).toList();
    return graph.node(
        "Transpose", out, Shape.of(sizes), List.of(x), new OnnxAttribute.Ints("perm", axes));
  }

  Wire slice(String out, Wire x, int first, int count) {
    return graph.node(
        "Slice",
        out,
        last(x.shape(), count),
        List.of(
            x,
            graph.integers(first),
            graph.integers((long) first + count),
            graph.integers(x.shape().rank() - 1L)));
  }

  Wire concat(String out, List<Wire> parts) {
    var shape = parts.getFirst().shape();
    return graph.node(
        "Concat",
        out,
        last(shape, parts.stream().mapToLong(part -> part.shape().size(-1)).sum()),
        parts,
        new OnnxAttribute.Int("axis", shape.rank() - 1L));
  }

  /// Returns a shape with another last size.
  private static Shape last(Shape shape, long size) {
    var sizes = shape.sizes();
    sizes[sizes.length - 1] = size;
    return Shape.of(sizes);
  }
}
