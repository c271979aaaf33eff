package dev.embark.target.rknn;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Rotation;
import dev.embark.target.TrunkDialect;
import dev.embark.target.TrunkLowering;
import dev.embark.target.TrunkValue;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/// ONNX in the forms that the toolkit recognises and computes as one: others of the same meaning
/// land on the CPU, or overflow 16 bits.
record RknnDialect(StaticGraph graph) implements TrunkDialect {
  @Override
  public String name() {
    return "RKNN";
  }

  @Override
  public TrunkValue input(String as, Shape shape) {
    return graph.input(as, shape);
  }

  @Override
  public TrunkValue constant(String as, Weight weight) {
    return graph.constant(as, weight);
  }

  @Override
  public TrunkValue positional(String as, Shape shape, Supplier<float[]> values) {
    return graph.constant(as, shape, values);
  }

  @Override
  public TrunkValue once(Object key, Supplier<TrunkValue> make) {
    return graph.once(key, make);
  }

  private TrunkValue weight(Constant constant) {
    return graph.constant(constant.name(), constant.weight());
  }

  @Override
  public TrunkValue linear(String as, TrunkValue x, Constant weight, Bias bias) {
    var shape = TrunkDialect.withLast(x.shape(), weight.weight().rows());
    var matrix = graph.constant(weight.name() + ".transposed", weight.weight().transposed());
    return switch (bias) {
      case Bias.None() -> graph.node("MatMul", as, shape, List.of(x, matrix));
      case Bias.Of(var vector) -> {
        var product = graph.node("MatMul", as + "_product", shape, List.of(x, matrix));
        yield graph.node("Add", as, shape, List.of(product, weight(vector)));
      }
    };
  }

  @Override
  public TrunkValue product(String as, TrunkValue x, TrunkValue y) {
    var shape = TrunkDialect.withLast(x.shape(), y.shape().size(3));
    return graph.node("MatMul", as, shape, List.of(x, y));
  }

  @Override
  public TrunkValue layerNorm(String as, TrunkValue x, Constant weight, Bias bias, double epsilon) {
    var operands =
        switch (bias) {
          case Bias.None() -> List.of(x, weight(weight));
          case Bias.Of(var vector) -> List.of(x, weight(weight), weight(vector));
        };
    return graph.node(
        "LayerNormalization",
        as,
        x.shape(),
        operands,
        new OnnxAttribute.Int("axis", -1),
        new OnnxAttribute.Real("epsilon", (float) epsilon));
  }

  /// Of the forms with the same meaning `w·(x·(1/√…))` is computed as one by all versions of the
  /// toolkit; of heads, where that makes files ten times as large, `x/√…·w` is.
  @Override
  public TrunkValue rmsNorm(String as, TrunkValue x, Constant weight, double epsilon) {
    var root = root(as, x, epsilon);
    if (x.shape().rank() == 3) {
      var inverse =
          graph.node("Div", as + "_inverse", root.shape(), List.of(graph.scalar(1), root));
      var normed = graph.node("Mul", as + "_normed", x.shape(), List.of(x, inverse));
      return graph.node("Mul", as, x.shape(), List.of(weight(weight), normed));
    }
    var ratio = graph.node("Div", as + "_ratio", x.shape(), List.of(x, root));
    return graph.node("Mul", as, x.shape(), List.of(ratio, weight(weight)));
  }

  private TrunkValue root(String as, TrunkValue x, double epsilon) {
    var narrow = TrunkDialect.withLast(x.shape(), 1);
    var squares = graph.node("Pow", as + "_squares", x.shape(), List.of(x, graph.scalar(2)));
    var mean =
        graph.node(
            "ReduceMean",
            as + "_mean",
            narrow,
            List.of(squares),
            new OnnxAttribute.Ints("axes", List.of(-1L)),
            new OnnxAttribute.Int("keepdims", 1));
    var shifted = graph.node("Add", as + "_shifted", narrow, List.of(mean, graph.scalar(epsilon)));
    return graph.node("Sqrt", as + "_root", narrow, List.of(shifted));
  }

  @Override
  public TrunkValue activate(String as, TrunkValue x, Activation function) {
    return switch (function) {
      case GELU -> gelu(as, x);
      case GELU_TANH -> geluTanh(as, x);
      case QUICK_GELU -> gated(as, x, scaled(as + "_steep", x, 1.702));
      case RELU -> unary("Relu", as, x);
      case SIGMOID -> unary("Sigmoid", as, x);
      case SILU -> gated(as, x, x);
      case TANH -> unary("Tanh", as, x);
      case LOG1P_RELU -> throw TrunkLowering.refused(this, "weights of a vocabulary");
    };
  }

  private TrunkValue gated(String as, TrunkValue x, TrunkValue steep) {
    return multiply(as, x, unary("Sigmoid", as + "_gate", steep));
  }

  /// `x·(erf(x/√2) + 1)·0.5`, in the order in which the toolkit sees one function.
  private TrunkValue gelu(String as, TrunkValue x) {
    var ratio = binary("Div", as + "_ratio", x, graph.scalar(Math.sqrt(2)));
    var erf = unary("Erf", as + "_erf", ratio);
    var shifted = add(as + "_shifted", erf, graph.scalar(1));
    return scaled(as, multiply(as + "_double", x, shifted), 0.5);
  }

  /// `0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))`.
  private TrunkValue geluTanh(String as, TrunkValue x) {
    var cubed = binary("Pow", as + "_cubed", x, graph.scalar(3));
    var inner = add(as + "_inner", x, scaled(as + "_small", cubed, 0.044715));
    var tanh = unary("Tanh", as + "_tanh", scaled(as + "_scaled", inner, Math.sqrt(2 / Math.PI)));
    var shifted = add(as + "_shifted", tanh, graph.scalar(1));
    return scaled(as, multiply(as + "_double", x, shifted), 0.5);
  }

  @Override
  public TrunkValue softmax(String as, TrunkValue x) {
    return unary("Softmax", as, x, new OnnxAttribute.Int("axis", -1));
  }

  private TrunkValue unary(String type, String as, TrunkValue x, OnnxAttribute... attributes) {
    return graph.node(type, as, x.shape(), List.of(x), attributes);
  }

  @Override
  public TrunkValue add(String as, TrunkValue left, TrunkValue right) {
    return binary("Add", as, left, right);
  }

  @Override
  public TrunkValue multiply(String as, TrunkValue left, TrunkValue right) {
    return binary("Mul", as, left, right);
  }

  private TrunkValue binary(String type, String as, TrunkValue left, TrunkValue right) {
    var wide = left.shape().rank() < right.shape().rank() ? right.shape() : left.shape();
    var narrow = wide.equals(left.shape()) ? right.shape() : left.shape();
    var sizes = wide.sizes();
    int missing = wide.rank() - narrow.rank();
    for (int axis = missing; axis < sizes.length; axis++) {
      sizes[axis] = Math.max(sizes[axis], narrow.size(axis - missing));
    }
    return graph.node(type, as, Shape.of(sizes), List.of(left, right));
  }

  @Override
  public TrunkValue scaled(String as, TrunkValue x, double factor) {
    return multiply(as, x, graph.scalar(factor));
  }

  @Override
  public TrunkValue reshape(String as, TrunkValue x, long... sizes) {
    return graph.node("Reshape", as, Shape.of(sizes), List.of(x, graph.integers(sizes)));
  }

  @Override
  public TrunkValue transpose(String as, TrunkValue x, int... order) {
    var sizes = Arrays.stream(order).mapToLong(axis -> x.shape().size(axis)).toArray();
    var axes = Arrays.stream(order).mapToObj(axis -> (long) axis).toList();
    return graph.node(
        "Transpose", as, Shape.of(sizes), List.of(x), new OnnxAttribute.Ints("perm", axes));
  }

  @Override
  public TrunkValue slice(String as, TrunkValue x, int first, int count) {
    return graph.node(
        "Slice",
        as,
        TrunkDialect.withLast(x.shape(), count),
        List.of(
            x,
            graph.integers(first),
            graph.integers((long) first + count),
            graph.integers(x.shape().rank() - 1L)));
  }

  @Override
  public TrunkValue concat(String as, List<TrunkValue> parts) {
    var shape = parts.getFirst().shape();
    long together = parts.stream().mapToLong(part -> part.shape().size(-1)).sum();
    return graph.node(
        "Concat",
        as,
        TrunkDialect.withLast(shape, together),
        parts,
        new OnnxAttribute.Int("axis", shape.rank() - 1L));
  }

  /// Turns each head by sums of products with constants: a sine or a range computed there would
  /// land on the CPU. The result is `[1, heads, sequence, size]`, because the toolkit does not come
  /// to an end where heads are turned before they are transposed.
  @Override
  public TrunkValue rotate(String as, TrunkValue x, Rotation rotation, int number) {
    int sequence = (int) x.shape().size(1);
    int size = rotation.size();
    int half = size / 2;
    var split = reshape(as + "_split", x, 1, sequence, x.shape().size(2) / size, size);
    var apart = transpose(as + "_heads", split, 0, 2, 1, 3);
    var low = slice(as + "_low", apart, 0, half);
    var high = slice(as + "_high", apart, half, half);
    var turned = concat(as + "_turned", List.of(high, low));
    var shape = Shape.of(1, 1, sequence, size);
    var sine = positional("sine_" + number, shape, () -> signedSines(rotation, sequence));
    var cosine = positional("cosine_" + number, shape, () -> rotation.cosines(sequence));
    return add(as, multiply(as + "_along", apart, cosine), multiply(as + "_across", turned, sine));
  }

  private static float[] signedSines(Rotation rotation, int sequence) {
    int size = rotation.size();
    var sines = rotation.sines(sequence);
    for (int i = 0; i < sines.length; i++) {
      sines[i] = i % size < size / 2 ? -sines[i] : sines[i];
    }
    return sines;
  }
}
