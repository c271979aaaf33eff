package dev.embark.target.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.coreml.MilBlock.Truth;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Says each operation of a graph of fixed shapes in MIL.
///
/// What does not depend on the text is computed here: positions, rotary tables, distances.
final class MilLowering {
  private static final MilType WIDE = MilType.FLOAT32;

  private final MilBlock block;
  private final MilMath math;
  private final MilMasks masks;
  private final MilAttention attention;
  private final MilPooling pooling;
  private final Map<Value, MilPort> ports = new HashMap<>();
  private final Map<Value, Long> positions = new HashMap<>();

  /// Inputs of the graph that the program does not have.
  private final Set<Value> zeros = new HashSet<>();

  MilLowering(MilBlock block) {
    this.block = block;
    this.math = new MilMath(block);
    this.masks = new MilMasks(block, math);
    this.attention = new MilAttention(block, math, masks, this::port);
    this.pooling = new MilPooling(block, math, masks);
  }

  void input(Value value, String name) {
    ports.put(value, block.input(name, MilType.INT32, value.shape()));
  }

  void zero(Value value) {
    zeros.add(value);
  }

  MilPort port(Value value) {
    return requireNonNull(ports.get(value), value.name());
  }

  /// Returns a value as it leaves the program.
  MilPort output(Value value) {
    return math.as(port(value), WIDE);
  }

  void lower(Node node) {
    var out = node.output().name();
    switch (node.op()) {
      case Op.Positions(_, var start) -> positions.put(node.output(), start);
      case Op op -> ports.put(node.output(), lower(out, op));
    }
  }

  private MilPort lower(String out, Op of) {
    return switch (of) {
      case Op.Parameter(var constant) ->
          block.weight(constant.name(), constant.weight(), block.trunk());
      case Op.Positions _ -> throw new IllegalStateException(out + " is no value");
      case Op.TokenPositions(var ids, var padId) -> tokenPositions(out, port(ids), padId);
      case Op.Embedding(var table, var ids) -> embedding(out, table, ids);
      case Op.Linear(var input, var weight, var bias) -> linear(out, port(input), weight, bias);
      case Op.LayerNorm(var input, var weight, var bias, var epsilon) ->
          layerNorm(out, port(input), weight, bias, epsilon);
      case Op.RmsNorm(var input, var weight, var epsilon) ->
          rmsNorm(out, port(input), weight, epsilon);
      case Op.Activate(var input, var function) -> activate(out, port(input), function);
      case Op.Rotate(var input, var rotation) -> attention.rotate(out, port(input), rotation);
      case Op.Attention op -> attention.attention(out, op);
      case Op.DistanceBias op -> attention.distanceBias(out, op);
      case Op.Add(var left, var right) -> math.binary("add", out, port(left), port(right));
      case Op.Multiply(var left, var right) -> math.binary("mul", out, port(left), port(right));
      case Op.Scale(var input, var factor) -> math.binary("mul", out, port(input), factor);
      case Op.Slice(var input, var first, var count) ->
          math.slice(out, port(input), input.shape().rank() - 1, first, count);
      case Op.PooledTokens(var mask) -> math.compare("equal", out, port(mask), 1, MilType.INT32);
      case Op.Pool(var tokens, var mask, var mode) ->
          pooling.pool(out, port(tokens), port(mask), mode);
      case Op.SumTokens(var tokens, var mask) -> pooling.sumTokens(out, port(tokens), port(mask));
      case Op.Concat(var parts) ->
          math.concat(
              out, parts.getFirst().shape().rank() - 1, parts.stream().map(this::port).toList());
      case Op.Normalize(var input) -> pooling.normalize(out, port(input));
      case Op.PositionScores _ -> throw refused("relative positions of DeBERTa");
      case Op.Mixture _ -> throw refused("mixtures of experts");
      case Op.IntegerLinear _, Op.PackedAttention _ ->
          throw new IllegalStateException(of + " is made for other targets");
    };
  }

  private static Problem refused(String what) {
    return new Problem(
        Category.UNSUPPORTED,
        "Embark does not write %s as Core ML programs.".formatted(what),
        "They choose rows by the values they meet, which the Neural Engine does not.",
        "Convert to ONNX, or take another model.");
  }

  private MilPort embedding(String out, Constant table, Value ids) {
    var start = positions.get(ids);
    if (start != null) {
      long count = ids.shape().size(1);
      return rows(table, start, count);
    }
    if (zeros.contains(ids)) {
      return rows(table, 0, 1);
    }
    var type = block.trunk();
    var indices = port(ids);
    var parameters = new TreeMap<String, Object>();
    parameters.put("x", block.matrix(table.name(), table.weight(), type));
    parameters.put("indices", indices);
    parameters.put("axis", block.integer(0));
    parameters.put("batch_dims", block.integer(0));
    if (block.opset().isAtLeast(MilOpset.COREML7)) {
      parameters.put("validate_indices", block.truth(Truth.NO));
    }
    var shape =
        Shape.of(indices.shape().size(0), indices.shape().size(1), table.weight().rowLength());
    return block.emit("gather", out, type, shape, parameters);
  }

  /// Returns rows of a table as a constant: `[1, count, width]`.
  private MilPort rows(Constant table, long first, long count) {
    int width = table.weight().rowLength();
    var rows = new float[Math.toIntExact(count * width)];
    table.weight().readRows(first, Math.toIntExact(count), rows, 0);
    var name = "%s_rows_%d_%d".formatted(table.name(), first, count);
    return block.weight(
        name, new Weight.Stored(Tensor.of(Shape.of(1, count, width), rows)), block.trunk());
  }

  /// Counts the tokens that are no padding, as a product with a triangle of ones.
  private MilPort tokenPositions(String out, MilPort ids, long padId) {
    int sequence = (int) ids.shape().size(1);
    var triangle = new float[sequence * sequence];
    for (int i = 0; i < sequence; i++) {
      for (int j = i; j < sequence; j++) {
        triangle[i * sequence + j] = 1;
      }
    }
    var shape = Shape.of(sequence, sequence);
    var upper =
        block.weight("triangle_" + sequence, new Weight.Stored(Tensor.of(shape, triangle)), WIDE);
    var counted = math.compare("not_equal", out + "_counted", ids, (double) padId, WIDE);
    var sums = math.matmul(out + "_sums", counted, upper, Truth.NO);
    var numbers = math.binary("mul", out + "_numbers", sums, counted);
    return math.as(math.binary("add", out, numbers, (double) padId), MilType.INT32);
  }

  private MilPort linear(String out, MilPort x, Constant weight, Bias bias) {
    long rows = weight.weight().rows();
    var sizes = x.shape().sizes();
    sizes[sizes.length - 1] = rows;
    return block.emit(
        "linear",
        out,
        x.type(),
        Shape.of(sizes),
        Map.of(
            "x",
            x,
            "weight",
            block.matrix(weight.name(), weight.weight(), x.type()),
            "bias",
            bias(bias, rows, x.type())));
  }

  private MilPort bias(Bias bias, long length, MilType type) {
    return switch (bias) {
      case Bias.None() ->
          block.weight("zeros_" + length, new Weight.Repeated(0, Shape.of(length)), type);
      case Bias.Of(var vector) -> block.weight(vector.name(), vector.weight(), type);
    };
  }

  /// Emits a norm whose parameters are in 32 bits, where epsilon is not 0 yet. Values may be
  /// narrower than they are from [MilOpset#COREML7] on.
  private MilPort layerNorm(String out, MilPort x, Constant weight, Bias bias, double epsilon) {
    var input =
        block.opset().isAtLeast(MilOpset.COREML7) ? math.as(x, sensitive(x)) : math.as(x, WIDE);
    var norm =
        block.emit(
            "layer_norm",
            out,
            input.type(),
            x.shape(),
            Map.of(
                "x",
                input,
                "axes",
                block.integers(-1),
                "gamma",
                block.weight(weight.name(), weight.weight(), WIDE),
                "beta",
                bias(bias, weight.weight().rows(), WIDE),
                "epsilon",
                block.number(WIDE, epsilon)));
    return math.as(norm, x.type());
  }

  /// Returns the type in which the norm of a value is computed.
  private MilType sensitive(MilPort x) {
    return x.type() == WIDE ? WIDE : block.sensitive();
  }

  /// Emits a norm whose squares are computed in 32 bits: those of 256 leave the range of 16.
  private MilPort rmsNorm(String out, MilPort x, Constant weight, double epsilon) {
    long width = x.shape().size(-1);
    long size = weight.weight().rows();
    var wide = math.as(x, WIDE);
    var parts =
        size == width
            ? wide
            : math.reshape(out + "_parts", wide, 1, x.shape().size(1), width / size, size);
    var squares = math.binary("mul", out + "_squares", parts, parts);
    var mean = math.reduce("reduce_mean", out + "_mean", squares, -1);
    var root =
        block.emit(
            "rsqrt",
            out + "_root",
            WIDE,
            mean.shape(),
            Map.of("x", mean, "epsilon", block.number(WIDE, epsilon)));
    var even = math.binary("mul", out + "_even", parts, root);
    var scaled =
        math.binary(
            "mul", out + "_scaled", even, block.weight(weight.name(), weight.weight(), WIDE));
    var whole = size == width ? scaled : math.reshape(out + "_whole", scaled, x.shape().sizes());
    return math.as(whole, x.type());
  }

  private MilPort activate(String out, MilPort x, Activation function) {
    return switch (function) {
      case GELU -> gelu(out, x, "EXACT");
      case GELU_TANH -> gelu(out, x, "TANH_APPROXIMATION");
      case QUICK_GELU -> {
        var steep = math.binary("mul", out + "_steep", x, 1.702);
        yield math.binary("mul", out, x, math.unary("sigmoid", out + "_gate", steep));
      }
      case RELU -> math.unary("relu", out, x);
      case SIGMOID -> math.unary("sigmoid", out, x);
      case SILU -> math.binary("mul", out, x, math.unary("sigmoid", out + "_gate", x));
      case TANH -> math.unary("tanh", out, x);
      case LOG1P_RELU -> throw refused("weights of a vocabulary");
    };
  }

  private MilPort gelu(String out, MilPort x, String mode) {
    return block.emit("gelu", out, x.type(), x.shape(), Map.of("x", x, "mode", block.word(mode)));
  }
}
