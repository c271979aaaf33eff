package dev.embark.graph;

import static java.util.Objects.requireNonNull;

import dev.embark.tensor.ErrorFunction;
import dev.embark.tensor.Weight;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/// The definition of every operation: plain loops in double precision, in the order a reader
/// expects.
///
/// It is the oracle of the tests and the first witness of every verification. It reads weights from
/// where they are stored, block by block, and forgets a value after its last reader, so memory is a
/// few activations. Only the matrix product is arranged for speed; threads share independent rows.
public final class Interpreter {
  private static final Sight ALL = new Sight.All();

  private final Graph graph;
  private final Map<Value, Integer> lastReader = new HashMap<>();

  /// Prepares to run `graph`.
  public Interpreter(Graph graph) {
    this.graph = graph;
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (var input : graph.nodes().get(i).op().inputs()) {
        lastReader.put(input, i);
      }
    }
  }

  /// Returns the value of that name, an output of the graph or any other.
  ///
  /// @param feeds a grid for each of the graph's inputs, by name
  public Grid run(Map<String, Grid> feeds, String wanted) {
    return requireNonNull(run(feeds, Set.of(wanted)).get(wanted), wanted);
  }

  /// Returns the named values, outputs or not; for finding where two paths part.
  public Map<String, Grid> run(Map<String, Grid> feeds, Set<String> wanted) {
    var values = new Values();
    var results = new HashMap<String, Grid>();
    for (var input : graph.inputs()) {
      values.put(input, requireNonNull(feeds.get(input.name()), input.name()));
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      var node = graph.nodes().get(i);
      var result = compute(node.op(), values);
      values.put(node.output(), result);
      if (wanted.contains(node.output().name())) {
        results.put(node.output().name(), result);
      }
      for (var input : node.op().inputs()) {
        if (lastReader.getOrDefault(input, i) == i) {
          values.remove(input);
        }
      }
    }
    return results;
  }

  /// What has been computed and is still needed.
  private static final class Values {
    private final Map<Value, Grid> grids = new HashMap<>();

    Grid of(Value value) {
      return requireNonNull(grids.get(value), value.name());
    }

    void put(Value value, Grid grid) {
      grids.put(value, grid);
    }

    void remove(Value value) {
      grids.remove(value);
    }
  }

  private static Grid compute(Op op, Values values) {
    return switch (op) {
      case Op.Parameter(var constant) -> parameter(constant);
      case Op.Positions(var ids, var start) -> positions(values.of(ids).size(1), start);
      case Op.TokenPositions(var ids, var padId) -> tokenPositions(values.of(ids), padId);
      case Op.Embedding(var table, var ids) -> embedding(table.weight(), values.of(ids));
      case Op.Linear(var input, var weight, var bias) ->
          linear(values.of(input), weight.weight(), vector(bias, weight.weight().rows()));
      case Op.IntegerLinear(var input, var weight, var bias) ->
          linear(
              roundTokens(values.of(input)), weight.weight(), vector(bias, weight.weight().rows()));
      case Op.LayerNorm(var input, var weight, var bias, var epsilon) ->
          layerNorm(
              values.of(input),
              weight.weight().toArray(),
              vector(bias, weight.weight().rows()),
              epsilon);
      case Op.RmsNorm(var input, var weight, var epsilon) ->
          rmsNorm(values.of(input), weight.weight().toArray(), epsilon);
      case Op.Activate(var input, var function) -> activate(values.of(input), function);
      case Op.Rotate(var input, var rotation) -> rotate(values.of(input), rotation);
      case Op.Attention attention -> attention(attention, values);
      case Op.PackedAttention attention -> packedAttention(attention, values);
      case Op.DistanceBias(var ids, var table) ->
          AttentionLoops.distanceBias(values.of(ids).size(1), table.weight());
      case Op.PositionScores(var tokens, var rows, var distances, var heads, var scale) ->
          AttentionLoops.positionScores(
              values.of(tokens), values.of(rows), distances, new Heads(heads, heads, scale, ALL));
      case Op.Mixture(var input, var experts) -> MixtureLoops.compute(values.of(input), experts);
      case Op.Add(var left, var right) ->
          combine(values.of(left), values.of(right), (a, b) -> a + b);
      case Op.Multiply(var left, var right) ->
          combine(values.of(left), values.of(right), (a, b) -> a * b);
      case Op.Scale(var input, var factor) -> map(values.of(input), x -> x * factor);
      case Op.Slice(var input, var first, var count) -> values.of(input).columns(first, count);
      case Op.PooledTokens(var mask) -> map(values.of(mask), x -> x == 1 ? 1 : 0);
      case Op.Pool(var tokens, var mask, var mode) ->
          PoolingLoops.pool(values.of(tokens), values.of(mask), mode);
      case Op.SumTokens(var tokens, var mask) ->
          PoolingLoops.sum(values.of(tokens), values.of(mask));
      case Op.Concat(var parts) -> concat(parts.stream().map(values::of).toList());
      case Op.Normalize(var input) -> normalize(values.of(input));
    };
  }

  private static Grid attention(Op.Attention of, Values values) {
    var bias =
        switch (of.bias()) {
          case ScoreBias.None() -> AttentionLoops.NO_BIAS;
          case ScoreBias.Of(var value) -> values.of(value);
        };
    return new AttentionLoops(
            values.of(of.query()), values.of(of.key()), values.of(of.value()), of.heads())
        .attend(values.of(of.mask()), bias);
  }

  private static Grid packedAttention(Op.PackedAttention of, Values values) {
    var packed = linear(values.of(of.input()), of.weight().weight(), of.bias().weight().toArray());
    int hidden = packed.size(-1) / 3;
    return new AttentionLoops(
            packed.columns(0, hidden),
            packed.columns(hidden, hidden),
            packed.columns(2 * hidden, hidden),
            new Heads(of.heads(), of.heads(), of.scale(), ALL))
        .attend(values.of(of.mask()), AttentionLoops.NO_BIAS);
  }

  private static Grid parameter(Constant constant) {
    var values = constant.weight().toArray();
    var result = new Grid(constant.shape().sizes(), new double[values.length]);
    for (int i = 0; i < values.length; i++) {
      result.values()[i] = values[i];
    }
    return result;
  }

  private static float[] vector(Bias bias, long length) {
    return switch (bias) {
      case Bias.None() -> new float[Math.toIntExact(length)];
      case Bias.Of(var vector) -> vector.weight().toArray();
    };
  }

  private static Grid positions(int sequence, long start) {
    var result = new Grid(new long[] {1, sequence}, new double[sequence]);
    for (int i = 0; i < sequence; i++) {
      result.values()[i] = start + i;
    }
    return result;
  }

  private static Grid tokenPositions(Grid ids, long padId) {
    var result = ids.withLast(ids.size(-1));
    for (int row = 0; row < ids.size(0); row++) {
      long position = padId;
      for (int at = row * ids.size(1); at < (row + 1) * ids.size(1); at++) {
        boolean isToken = ids.values()[at] != padId;
        position += isToken ? 1 : 0;
        result.values()[at] = isToken ? position : padId;
      }
    }
    return result;
  }

  private static Grid embedding(Weight table, Grid ids) {
    int width = table.rowLength();
    var sizes = Arrays.copyOf(ids.sizes(), ids.sizes().length + 1);
    sizes[sizes.length - 1] = width;
    var result = new Grid(sizes, new double[ids.values().length * width]);
    var row = new float[width];
    for (int i = 0; i < ids.values().length; i++) {
      table.readRows((long) ids.values()[i], 1, row, 0);
      for (int j = 0; j < width; j++) {
        result.values()[i * width + j] = row[j];
      }
    }
    return result;
  }

  /// Rounds each row of the last axis to multiples of a 127th of its largest absolute value.
  private static Grid roundTokens(Grid input) {
    int width = input.size(-1);
    var values = input.values().clone();
    for (int from = 0; from < values.length; from += width) {
      double largest = 0;
      for (int i = from; i < from + width; i++) {
        largest = Math.max(largest, Math.abs(values[i]));
      }
      for (int i = from; i < from + width && largest > 0; i++) {
        values[i] = Math.rint(values[i] / largest * 127) * largest / 127;
      }
    }
    return new Grid(input.sizes(), values);
  }

  private static Grid linear(Grid input, Weight weight, float[] bias) {
    var result = input.withLast(Math.toIntExact(weight.rows()));
    MatrixProduct.compute(result, input, weight, bias);
    return result;
  }

  private static Grid layerNorm(Grid input, float[] weight, float[] bias, double epsilon) {
    int width = input.size(-1);
    var result = input.withLast(width);
    for (int row = 0; row < input.rows(); row++) {
      int at = row * width;
      double mean = 0;
      for (int i = 0; i < width; i++) {
        mean += input.values()[at + i];
      }
      mean /= width;
      double variance = 0;
      for (int i = 0; i < width; i++) {
        double difference = input.values()[at + i] - mean;
        variance += difference * difference;
      }
      double deviation = Math.sqrt(variance / width + epsilon);
      for (int i = 0; i < width; i++) {
        result.values()[at + i] = (input.values()[at + i] - mean) / deviation * weight[i] + bias[i];
      }
    }
    return result;
  }

  private static Grid rmsNorm(Grid input, float[] weight, double epsilon) {
    var result = input.withLast(input.size(-1));
    for (int at = 0; at < input.values().length; at += weight.length) {
      double squares = dot(input.values(), at, input.values(), at, weight.length);
      double root = Math.sqrt(squares / weight.length + epsilon);
      for (int i = 0; i < weight.length; i++) {
        result.values()[at + i] = input.values()[at + i] / root * weight[i];
      }
    }
    return result;
  }

  private static Grid rotate(Grid input, Rotation rotation) {
    int width = input.size(-1);
    int half = rotation.size() / 2;
    var result = input.withLast(width);
    for (int row = 0; row < input.rows(); row++) {
      int position = row % input.size(1);
      for (int plane = 0; plane < half; plane++) {
        double cosine = rotation.cosine(position, plane);
        double sine = rotation.sine(position, plane);
        for (int at = row * width + plane; at < (row + 1) * width; at += rotation.size()) {
          double x = input.values()[at];
          double y = input.values()[at + half];
          result.values()[at] = x * cosine - y * sine;
          result.values()[at + half] = y * cosine + x * sine;
        }
      }
    }
    return result;
  }

  private static Grid activate(Grid input, Activation function) {
    return map(input, x -> activate(x, function));
  }

  /// Returns `function` of a number.
  static double activate(double x, Activation function) {
    return switch (function) {
      case GELU -> x * 0.5 * (1 + ErrorFunction.erf(x / Math.sqrt(2)));
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case LOG1P_RELU -> Math.log1p(Math.max(x, 0));
      case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
      case RELU -> Math.max(x, 0);
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case SILU -> x / (1 + Math.exp(-x));
      case TANH -> Math.tanh(x);
    };
  }

  private static Grid map(Grid input, DoubleUnaryOperator function) {
    var values = new double[input.values().length];
    Arrays.parallelSetAll(values, i -> function.applyAsDouble(input.values()[i]));
    return new Grid(input.sizes(), values);
  }

  static double dot(double[] left, int leftAt, double[] right, int rightAt, int count) {
    double sum = 0;
    for (int k = 0; k < count; k++) {
      sum += left[leftAt + k] * right[rightAt + k];
    }
    return sum;
  }

  private static Grid combine(Grid left, Grid right, DoubleBinaryOperator function) {
    var sizes = left.sizes().clone();
    int more = sizes.length - right.sizes().length;
    for (int axis = 0; axis < right.sizes().length; axis++) {
      sizes[more + axis] = Math.max(sizes[more + axis], right.size(axis));
    }
    int count = Math.toIntExact(Arrays.stream(sizes).reduce(1, (a, b) -> a * b));
    var result = new Grid(sizes, new double[count]);
    for (int i = 0; i < count; i++) {
      result.values()[i] =
          function.applyAsDouble(
              left.values()[stretched(i, sizes, left)], right.values()[stretched(i, sizes, right)]);
    }
    return result;
  }

  /// Returns where element `index` of a grid of `sizes` is read from: sizes of 1 are stretched,
  /// missing first axes too.
  private static int stretched(int index, long[] sizes, Grid from) {
    int rest = index;
    int at = 0;
    int stride = 1;
    for (int axis = 1; axis <= from.sizes().length; axis++) {
      int size = (int) sizes[sizes.length - axis];
      at += (from.size(-axis) == 1 ? 0 : rest % size) * stride;
      rest /= size;
      stride *= from.size(-axis);
    }
    return at;
  }

  private static Grid concat(List<Grid> parts) {
    int width = parts.stream().mapToInt(part -> part.size(-1)).sum();
    var result = parts.getFirst().withLast(width);
    int at = 0;
    for (var part : parts) {
      int count = part.size(-1);
      for (int row = 0; row < part.rows(); row++) {
        System.arraycopy(part.values(), row * count, result.values(), row * width + at, count);
      }
      at += count;
    }
    return result;
  }

  private static Grid normalize(Grid input) {
    int width = input.size(-1);
    var result = input.withLast(width);
    for (int row = 0; row < input.rows(); row++) {
      int at = row * width;
      double length =
          Math.max(Math.sqrt(dot(input.values(), at, input.values(), at, width)), 1e-12);
      for (int i = 0; i < width; i++) {
        result.values()[at + i] = input.values()[at + i] / length;
      }
    }
    return result;
  }
}
