package dev.embark.graph;

import static java.util.Objects.requireNonNull;

import dev.embark.bundle.Pooling;
import dev.embark.tensor.Weight;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/// The definition of every operation: plain loops in double precision, in the order a reader
/// expects.
///
/// It is the oracle of the tests and the first witness of every verification. It reads weights from
/// where they are stored, block by block, and forgets a value after its last reader, so memory is a
/// few activations. Only the matrix product is arranged for speed; threads share independent rows.
public final class Interpreter {
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
      case Op.Positions(var ids, var start) -> positions(values.of(ids).size(1), start);
      case Op.Embedding(var table, var ids) -> embedding(table.weight(), values.of(ids));
      case Op.Linear(var input, var weight, var bias) ->
          linear(values.of(input), weight.weight(), vector(bias, weight.weight().rows()));
      case Op.LayerNorm(var input, var weight, var bias, var epsilon) ->
          layerNorm(
              values.of(input),
              weight.weight().toArray(),
              vector(bias, weight.weight().rows()),
              epsilon);
      case Op.Activate(var input, var function) -> activate(values.of(input), function);
      case Op.Attention(var query, var key, var value, var mask, var heads, var scale) ->
          attention(
              new Projections(values.of(query), values.of(key), values.of(value)),
              values.of(mask),
              heads,
              scale);
      case Op.PackedAttention(var input, var weight, var bias, var mask, var heads, var scale) -> {
        var packed = linear(values.of(input), weight.weight(), bias.weight().toArray());
        yield attention(Projections.unpack(packed), values.of(mask), heads, scale);
      }
      case Op.Add(var left, var right) -> add(values.of(left), values.of(right));
      case Op.PooledTokens(var mask) -> map(values.of(mask), x -> x == 1 ? 1 : 0);
      case Op.Pool(var tokens, var mask, var mode) ->
          pool(values.of(tokens), values.of(mask), mode);
      case Op.Concat(var parts) -> concat(parts.stream().map(values::of).toList());
      case Op.Normalize(var input) -> normalize(values.of(input));
    };
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

  private static Grid activate(Grid input, Activation function) {
    return switch (function) {
      case GELU -> map(input, x -> x * 0.5 * (1 + ErrorFunction.erf(x / Math.sqrt(2))));
      case GELU_TANH ->
          map(
              input,
              x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
      case RELU -> map(input, x -> Math.max(x, 0));
      case SIGMOID -> map(input, x -> 1 / (1 + Math.exp(-x)));
      case SILU -> map(input, x -> x / (1 + Math.exp(-x)));
      case TANH -> map(input, Math::tanh);
    };
  }

  private static Grid map(Grid input, DoubleUnaryOperator function) {
    var values = new double[input.values().length];
    Arrays.parallelSetAll(values, i -> function.applyAsDouble(input.values()[i]));
    return new Grid(input.sizes(), values);
  }

  /// Query, key and value, each `[batch, sequence, hidden]`.
  private record Projections(Grid query, Grid key, Grid value) {
    static Projections unpack(Grid packed) {
      int hidden = packed.size(-1) / 3;
      return new Projections(
          slice(packed, 0, hidden),
          slice(packed, hidden, hidden),
          slice(packed, 2 * hidden, hidden));
    }

    private static Grid slice(Grid packed, int first, int count) {
      var part = packed.withLast(count);
      for (int row = 0; row < packed.rows(); row++) {
        System.arraycopy(
            packed.values(), row * packed.size(-1) + first, part.values(), row * count, count);
      }
      return part;
    }
  }

  private static Grid attention(Projections of, Grid mask, int heads, double scale) {
    int sequence = of.query().size(1);
    int size = of.query().size(2) / heads;
    var result = of.query().withLast(of.query().size(2));
    IntStream.range(0, of.query().size(0) * heads)
        .parallel()
        .forEach(task -> {
          var head = new Head(of, task / heads * sequence, task % heads * size, size);
          for (int query = 0; query < sequence; query++) {
            var weights = head.scores(query, scale);
            softmax(weights, mask, head.text);
            head.mix(weights, query, result);
          }
        });
    return result;
  }

  /// One head of one text: its values are `[first, first + size)` of each row from `text` on.
  private static final class Head {
    private final Projections of;
    private final int text;
    private final int first;

    /// `[size][sequence]`, so that the loop over tokens can be vectorised.
    private final double[][] keys;

    Head(Projections of, int text, int first, int size) {
      this.of = of;
      this.text = text;
      this.first = first;
      keys = new double[size][of.key().size(1)];
      for (int k = 0; k < size; k++) {
        for (int j = 0; j < keys[k].length; j++) {
          keys[k][j] = of.key().values()[at(j) + k];
        }
      }
    }

    /// Returns where the head's values of a token begin.
    private int at(int token) {
      return (text + token) * of.query().size(2) + first;
    }

    /// Returns the product of a token's query with the key of each token, times `scale`.
    double[] scores(int query, double scale) {
      var scores = new double[of.key().size(1)];
      for (int k = 0; k < keys.length; k++) {
        double factor = of.query().values()[at(query) + k];
        var key = keys[k];
        for (int j = 0; j < scores.length; j++) {
          scores[j] += factor * key[j];
        }
      }
      for (int j = 0; j < scores.length; j++) {
        scores[j] *= scale;
      }
      return scores;
    }

    /// Writes the values of all tokens, each times its weight, to the row of `query`.
    void mix(double[] weights, int query, Grid result) {
      var sums = new double[keys.length];
      for (int j = 0; j < weights.length; j++) {
        int value = at(j);
        for (int k = 0; k < sums.length; k++) {
          sums[k] += weights[j] * of.value().values()[value + k];
        }
      }
      System.arraycopy(sums, 0, result.values(), at(query), sums.length);
    }
  }

  /// Turns scores into weights whose sum is 1; tokens that are not seen weigh nothing.
  private static void softmax(double[] scores, Grid mask, int text) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < scores.length; j++) {
      if (mask.values()[text + j] == 0) {
        scores[j] = Double.NEGATIVE_INFINITY;
      }
      max = Math.max(max, scores[j]);
    }
    double sum = 0;
    for (int j = 0; j < scores.length; j++) {
      scores[j] = Math.exp(scores[j] - max);
      sum += scores[j];
    }
    for (int j = 0; j < scores.length; j++) {
      scores[j] /= sum;
    }
  }

  private static double dot(double[] left, int leftAt, double[] right, int rightAt, int count) {
    double sum = 0;
    for (int k = 0; k < count; k++) {
      sum += left[leftAt + k] * right[rightAt + k];
    }
    return sum;
  }

  private static Grid add(Grid left, Grid right) {
    int rank = left.sizes().length;
    var sizes = new long[rank];
    Arrays.setAll(sizes, axis -> Math.max(left.sizes()[axis], right.sizes()[axis]));
    int count = Math.toIntExact(Arrays.stream(sizes).reduce(1, (a, b) -> a * b));
    var result = new Grid(sizes, new double[count]);
    for (int i = 0; i < count; i++) {
      result.values()[i] =
          left.values()[stretched(i, sizes, left)] + right.values()[stretched(i, sizes, right)];
    }
    return result;
  }

  /// Returns where element `index` of a grid of `sizes` is read from, sizes of 1 being stretched.
  private static int stretched(int index, long[] sizes, Grid from) {
    int rest = index;
    int at = 0;
    int stride = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      int position = rest % (int) sizes[axis];
      rest /= (int) sizes[axis];
      at += (from.size(axis) == 1 ? 0 : position) * stride;
      stride *= from.size(axis);
    }
    return at;
  }

  private static Grid pool(Grid tokens, Grid mask, Pooling mode) {
    int batch = tokens.size(0);
    int sequence = tokens.size(1);
    int hidden = tokens.size(2);
    var result = new Grid(new long[] {batch, hidden}, new double[batch * hidden]);
    for (int b = 0; b < batch; b++) {
      var weights = poolingWeights(mask, b, sequence, mode);
      for (int i = 0; i < hidden; i++) {
        double pooled = mode == Pooling.MAX ? Double.NEGATIVE_INFINITY : 0;
        for (int j = 0; j < sequence; j++) {
          double x = tokens.values()[(b * sequence + j) * hidden + i];
          if (mode == Pooling.MAX) {
            pooled = weights[j] == 0 ? pooled : Math.max(pooled, x);
          } else {
            pooled += weights[j] * x;
          }
        }
        result.values()[b * hidden + i] = pooled;
      }
    }
    return result;
  }

  /// Returns the factor of each token of text `b`; for the maximum, whether it takes part.
  private static double[] poolingWeights(Grid mask, int b, int sequence, Pooling mode) {
    var counted = new double[sequence];
    int first = -1;
    int last = -1;
    double count = 0;
    double positions = 0;
    for (int j = 0; j < sequence; j++) {
      if (mask.values()[b * sequence + j] != 0) {
        counted[j] = 1;
        first = first < 0 ? j : first;
        last = j;
        count++;
        positions += j + 1;
      }
    }
    for (int j = 0; j < sequence; j++) {
      counted[j] *=
          switch (mode) {
            case CLS -> j == first ? 1 : 0;
            case LAST_TOKEN -> j == last ? 1 : 0;
            case MAX -> 1;
            case MEAN -> 1 / Math.max(count, 1e-9);
            case MEAN_SQRT_LEN -> 1 / Math.sqrt(Math.max(count, 1e-9));
            case WEIGHTED_MEAN -> (j + 1) / Math.max(positions, 1e-9);
          };
    }
    return counted;
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
