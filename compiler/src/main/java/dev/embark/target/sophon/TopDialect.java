package dev.embark.target.sophon;

import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Rotation;
import dev.embark.target.TrunkDialect;
import dev.embark.target.TrunkLowering;
import dev.embark.target.TrunkValue;
import dev.embark.target.sophon.TopText.Operand;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// The `top` dialect, which has norms and rotations as single operations.
record TopDialect(TopText text) implements TrunkDialect {
  @Override
  public String name() {
    return "SOPHON";
  }

  @Override
  public TrunkValue input(String as, Shape shape) {
    return text.input(as, shape);
  }

  @Override
  public TrunkValue constant(String as, Weight weight) {
    return text.weight(as, weight);
  }

  /// As an input: files of several lengths share weights only where all are equal to the bit.
  @Override
  public TrunkValue positional(String as, Shape shape, Supplier<float[]> values) {
    return text.once(List.of(as, shape), () -> text.positional(as, Tensor.of(shape, values.get())));
  }

  @Override
  public TrunkValue once(Object key, Supplier<TrunkValue> make) {
    return text.once(key, make);
  }

  private TrunkValue op(
      String type, String as, String attributes, Shape shape, Operand... operands) {
    return text.op(type, as, attributes, shape, List.of(operands));
  }

  private static String real(double number) {
    return String.format(Locale.ROOT, "%.15e", number);
  }

  private static String list(long... numbers) {
    return LongStream.of(numbers)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private Operand weight(Constant constant) {
    return Operand.of(text.weight(constant.name(), constant.weight()));
  }

  private Operand bias(Bias bias) {
    return switch (bias) {
      case Bias.None() -> Operand.NONE;
      case Bias.Of(var vector) -> weight(vector);
    };
  }

  @Override
  public TrunkValue linear(String as, TrunkValue x, Constant weight, Bias bias) {
    return op(
        "MatMul",
        as,
        "right_transpose = true",
        TrunkDialect.withLast(x.shape(), weight.weight().rows()),
        Operand.of(x),
        weight(weight),
        bias(bias));
  }

  @Override
  public TrunkValue product(String as, TrunkValue x, TrunkValue y) {
    var shape = TrunkDialect.withLast(x.shape(), y.shape().size(3));
    return op("MatMul", as, "", shape, Operand.of(x), Operand.of(y), Operand.NONE);
  }

  @Override
  public TrunkValue layerNorm(String as, TrunkValue x, Constant weight, Bias bias, double epsilon) {
    return op(
        "LayerNorm",
        as,
        "axis = -1 : si32, eps = %s : f64, normalized_shape = []".formatted(real(epsilon)),
        x.shape(),
        Operand.of(x),
        weight(weight),
        bias(bias));
  }

  @Override
  public TrunkValue rmsNorm(String as, TrunkValue x, Constant weight, double epsilon) {
    var attributes = "eps = %s : f64".formatted(real(epsilon));
    return op("RMSNorm", as, attributes, x.shape(), Operand.of(x), weight(weight));
  }

  @Override
  public TrunkValue activate(String as, TrunkValue x, Activation function) {
    return switch (function) {
      case GELU -> unary("GELU", as, "", x);
      case GELU_TANH -> unary("GELU", as, "approx_mode = \"tanh\"", x);
      case QUICK_GELU -> {
        var gate = unary("Sigmoid", as + "_gate", "", scaled(as + "_steep", x, 1.702));
        yield multiply(as, x, gate);
      }
      case RELU -> unary("Relu", as, "", x);
      case SIGMOID -> unary("Sigmoid", as, "", x);
      case SILU -> unary("SiLU", as, "", x);
      case TANH -> unary("Tanh", as, "", x);
      case LOG1P_RELU -> throw TrunkLowering.refused(this, "weights of a vocabulary");
    };
  }

  @Override
  public TrunkValue softmax(String as, TrunkValue x) {
    return unary("Softmax", as, "axis = %d : si32".formatted(x.shape().rank() - 1), x);
  }

  private TrunkValue unary(String type, String as, String attributes, TrunkValue x) {
    return op(type, as, attributes, x.shape(), Operand.of(x));
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
    int rank = Math.max(left.shape().rank(), right.shape().rank());
    var x = ranked(as + "_left", left, rank);
    var y = ranked(as + "_right", right, rank);
    var sizes = x.shape().sizes();
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = Math.max(sizes[axis], y.shape().size(axis));
    }
    return op(type, as, "", Shape.of(sizes), Operand.of(x), Operand.of(y));
  }

  /// Returns a value with axes of size 1 in front.
  private TrunkValue ranked(String as, TrunkValue x, int rank) {
    if (x.shape().rank() == rank) {
      return x;
    }
    var sizes = new long[rank];
    Arrays.fill(sizes, 1);
    int missing = rank - x.shape().rank();
    for (int axis = missing; axis < rank; axis++) {
      sizes[axis] = x.shape().size(axis - missing);
    }
    return reshape(as + "_ranked", x, sizes);
  }

  @Override
  public TrunkValue scaled(String as, TrunkValue x, double factor) {
    return unary("MulConst", as, "const_val = %s : f64".formatted(real(factor)), x);
  }

  @Override
  public TrunkValue reshape(String as, TrunkValue x, long... sizes) {
    return op("Reshape", as, "shape = " + list(sizes), Shape.of(sizes), Operand.of(x));
  }

  @Override
  public TrunkValue transpose(String as, TrunkValue x, int... order) {
    var sizes = Arrays.stream(order).mapToLong(axis -> x.shape().size(axis)).toArray();
    var axes = Arrays.stream(order).asLongStream().toArray();
    return op("Permute", as, "order = " + list(axes), Shape.of(sizes), Operand.of(x));
  }

  @Override
  public TrunkValue slice(String as, TrunkValue x, int first, int count) {
    int rank = x.shape().rank();
    var offset = new long[rank];
    var ends = x.shape().sizes();
    var steps = new long[rank];
    Arrays.fill(steps, 1);
    offset[rank - 1] = first;
    ends[rank - 1] = Math.addExact(first, count);
    return op(
        "Slice",
        as,
        "offset = %s, steps = %s, ends = %s, axes = []"
            .formatted(list(offset), list(steps), list(ends)),
        TrunkDialect.withLast(x.shape(), count),
        Operand.of(x),
        Operand.NONE,
        Operand.NONE,
        Operand.NONE);
  }

  @Override
  public TrunkValue concat(String as, List<TrunkValue> parts) {
    var shape = parts.getFirst().shape();
    long together = parts.stream().mapToLong(part -> part.shape().size(-1)).sum();
    return text.op(
        "Concat",
        as,
        "axis = %d : si32".formatted(shape.rank() - 1),
        TrunkDialect.withLast(shape, together),
        parts.stream().map(Operand::of).toList());
  }

  @Override
  public TrunkValue rotate(String as, TrunkValue x, Rotation rotation, int number) {
    int sequence = (int) x.shape().size(1);
    int size = rotation.size();
    var shape = Shape.of(1, sequence, 1, size);
    var apart = reshape(as + "_split", x, 1, sequence, x.shape().size(2) / size, size);
    var turned =
        op(
            "Rope",
            as,
            "rope_mode = \"contiguous_halves\"",
            apart.shape(),
            Operand.of(apart),
            Operand.of(positional("sine_" + number, shape, () -> rotation.sines(sequence))),
            Operand.of(positional("cosine_" + number, shape, () -> rotation.cosines(sequence))));
    return reshape(as + "_whole", turned, x.shape().sizes());
  }
}
