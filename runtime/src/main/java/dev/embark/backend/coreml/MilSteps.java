package dev.embark.backend.coreml;

import dev.embark.backend.TokenIds;
import dev.embark.format.mlprogram.MilType;
import dev.embark.tensor.Encoding.Half;
import dev.embark.tensor.ErrorFunction;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Each operation that Embark writes, in plain loops; see
/// <https://apple.github.io/coremltools/source/coremltools.converters.mil.mil.ops.defs.html>.
///
/// Sums are in 64 bits, results are rounded to the type of the value.
final class MilSteps {
  private static final Set<String> KNOWN =
      Set.of(
          "add",
          "cast",
          "concat",
          "equal",
          "gather",
          "gelu",
          "layer_norm",
          "linear",
          "matmul",
          "maximum",
          "minimum",
          "mul",
          "not_equal",
          "real_div",
          "reduce_l2_norm",
          "reduce_max",
          "reduce_mean",
          "reduce_sum",
          "relu",
          "reshape",
          "rsqrt",
          "sigmoid",
          "slice_by_size",
          "softmax",
          "sqrt",
          "sub",
          "tanh",
          "transpose");

  private static final List<MilType> CAST =
      List.of(MilType.FLOAT16, MilType.FLOAT32, MilType.INT32);

  private final MilProgram.Given given;

  MilSteps(MilProgram.Given given) {
    this.given = given;
  }

  static boolean knows(String type) {
    return KNOWN.contains(type);
  }

  MilTensor compute() {
    var type = given.operation().type();
    return switch (type) {
      case "linear" ->
          MilProducts.linear(
              given.tensor("x"), given.tensor("weight"), given.tensor("bias").reals());
      case "matmul" -> matmul();
      case "gather" -> gather();
      case "layer_norm" -> layerNorm();
      case "softmax" -> softmax();
      case "gelu" -> gelu();
      case "cast" -> cast();
      case "reshape" -> given.tensor("x").reshaped(given.tensor("shape").integers());
      case "transpose" -> MilShapes.transpose(given.tensor("x"), given.tensor("perm").integers());
      case "slice_by_size" ->
          MilShapes.slice(
              given.tensor("x"), given.tensor("begin").integers(), given.tensor("size").integers());
      case "concat" -> concat();
      case "relu" -> map(x -> Math.max(x, 0));
      case "sigmoid" -> map(x -> 1 / (1 + Math.exp(-x)));
      case "sqrt" -> map(Math::sqrt);
      case "tanh" -> map(Math::tanh);
      case "rsqrt" -> {
        float epsilon = given.tensor("epsilon").real();
        yield map(x -> 1 / Math.sqrt(x + epsilon));
      }
      case "add" -> combine((a, b) -> a + b);
      case "sub" -> combine((a, b) -> a - b);
      case "mul" -> combine((a, b) -> a * b);
      case "real_div" -> combine((a, b) -> a / b);
      case "maximum" -> combine(Math::max);
      case "minimum" -> combine(Math::min);
      case "equal" -> compare((a, b) -> a == b);
      case "not_equal" -> compare((a, b) -> a != b);
      case "reduce_sum", "reduce_mean", "reduce_max", "reduce_l2_norm" -> reduce(type);
      default -> throw MilProgram.unknown("the operation " + type);
    };
  }

  /// A function of a number.
  private interface Function {
    double of(double x);
  }

  /// A function of two numbers.
  interface Pair {
    double of(double a, double b);
  }

  /// A question about two numbers.
  private interface Question {
    boolean of(double a, double b);
  }

  private MilTensor map(Function function) {
    return map(given.tensor("x"), function);
  }

  private static MilTensor map(MilTensor x, Function function) {
    var result = new float[x.count()];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) function.of(x.reals()[i]);
    }
    return MilTensor.ofReals(x.type(), x.sizes(), result);
  }

  private MilTensor gelu() {
    return switch (given.word("mode")) {
      case "EXACT" -> map(x -> x * 0.5 * (1 + ErrorFunction.erf(x * Math.sqrt(0.5))));
      case "TANH_APPROXIMATION" ->
          map(x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
      default -> throw MilProgram.unknown("gelu of mode " + given.word("mode"));
    };
  }

  private MilTensor combine(Pair pair) {
    return MilShapes.combine(given.tensor("x"), given.tensor("y"), pair);
  }

  private MilTensor compare(Question question) {
    var x = given.tensor("x");
    var y = given.tensor("y");
    var truth = MilShapes.combine(x, y, (a, b) -> question.of(a, b) ? 1 : 0);
    var result = new int[truth.count()];
    for (int i = 0; i < result.length; i++) {
      result[i] = MilTensor.isReal(x.type()) ? (int) truth.reals()[i] : truth.integers()[i];
    }
    return MilTensor.ofIntegers(MilType.BOOL, truth.sizes(), result);
  }

  private MilTensor cast() {
    var x = given.tensor("x");
    var word = given.word("dtype");
    var type =
        CAST.stream()
            .filter(each -> each.word().equals(word))
            .findFirst()
            .orElseThrow(() -> MilProgram.unknown("casts to " + word));
    if (MilTensor.isReal(type)) {
      var reals = new float[x.count()];
      for (int i = 0; i < reals.length; i++) {
        reals[i] = MilTensor.isReal(x.type()) ? x.reals()[i] : x.integers()[i];
      }
      return MilTensor.ofReals(type, x.sizes(), reals);
    }
    var integers = new int[x.count()];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = MilTensor.isReal(x.type()) ? (int) x.reals()[i] : x.integers()[i];
    }
    return MilTensor.ofIntegers(type, x.sizes(), integers);
  }

  private MilTensor concat() {
    var parts = new MilTensor[given.count("values")];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = given.tensor("values", i);
    }
    return MilShapes.concat(parts, given.integer("axis"));
  }

  private MilTensor matmul() {
    var x = given.tensor("x");
    var y = given.tensor("y");
    return MilProducts.matmul(
        given.truth("transpose_x") ? MilShapes.swapped(x) : x,
        given.truth("transpose_y") ? y : MilShapes.swapped(y));
  }

  /// Looks rows up.
  private MilTensor gather() {
    var indices = given.tensor("indices");
    var table = given.matrix("x");
    if (given.integer("axis") != 0 || table.sizes().length != 2) {
      throw MilProgram.unknown("gather on another axis than the first of a matrix");
    }
    int width = table.width();
    int rows = table.sizes()[0];
    var result = new float[indices.count() * width];
    for (int i = 0; i < indices.count(); i++) {
      int row = indices.integers()[i];
      if (row < 0 || row >= rows) {
        throw TokenIds.beyond(row, rows);
      }
      System.arraycopy(given.rows("x", row, 1).reals(), 0, result, i * width, width);
    }
    var sizes = Arrays.copyOf(indices.sizes(), indices.rank() + 1);
    sizes[indices.rank()] = width;
    return MilTensor.ofReals(table.type(), sizes, result);
  }

  /// Computes a norm. The squares of 16-bit values are summed in 16 bits by coremltools' own
  /// definition, and so perhaps by a device: what leaves their range there is infinite here.
  private MilTensor layerNorm() {
    var x = given.tensor("x");
    requireLastAxis(given.tensor("axes").integers(), x);
    var gamma = given.tensor("gamma").reals();
    var beta = given.tensor("beta").reals();
    double epsilon = given.tensor("epsilon").real();
    int width = x.size(-1);
    var result = new float[x.count()];
    for (int from = 0; from < result.length; from += width) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += x.reals()[from + i];
      }
      double mean = sum / width;
      double squares = 0;
      for (int i = 0; i < width; i++) {
        double off = x.reals()[from + i] - mean;
        squares += off * off;
      }
      boolean isBeyond = x.type() == MilType.FLOAT16 && squares > Half.MAX;
      double variance = isBeyond ? Double.POSITIVE_INFINITY : squares / width;
      double deviation = Math.sqrt(variance + epsilon);
      for (int i = 0; i < width; i++) {
        result[from + i] = (float) ((x.reals()[from + i] - mean) / deviation * gamma[i] + beta[i]);
      }
    }
    return MilTensor.ofReals(x.type(), x.sizes(), result);
  }

  private MilTensor softmax() {
    var x = given.tensor("x");
    requireLastAxis(given.tensor("axis").integers(), x);
    int width = x.size(-1);
    var result = new float[x.count()];
    for (int from = 0; from < result.length; from += width) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < width; i++) {
        largest = Math.max(largest, x.reals()[from + i]);
      }
      double sum = 0;
      var powers = new double[width];
      for (int i = 0; i < width; i++) {
        powers[i] = Math.exp(x.reals()[from + i] - largest);
        sum += powers[i];
      }
      for (int i = 0; i < width; i++) {
        result[from + i] = (float) (powers[i] / sum);
      }
    }
    return MilTensor.ofReals(x.type(), x.sizes(), result);
  }

  private static void requireLastAxis(int[] axes, MilTensor x) {
    if (axes.length != 1 || Math.floorMod(axes[0], x.rank()) != x.rank() - 1) {
      throw MilProgram.unknown("norms and softmax over another axis than the last");
    }
  }

  private MilTensor reduce(String type) {
    var x = given.tensor("x");
    var axes = given.tensor("axes").integers();
    if (axes.length != 1 || !given.truth("keep_dims")) {
      throw MilProgram.unknown(type + " over several axes, or one that goes away");
    }
    int axis = Math.floorMod(axes[0], x.rank());
    var sizes = x.sizes().clone();
    int count = sizes[axis];
    sizes[axis] = 1;
    int inner = 1;
    for (int i = axis + 1; i < x.rank(); i++) {
      inner *= x.size(i);
    }
    var result = new float[x.count() / count];
    for (int i = 0; i < result.length; i++) {
      int at = i / inner * inner * count + i % inner;
      double sum = type.equals("reduce_max") ? Double.NEGATIVE_INFINITY : 0;
      for (int j = 0; j < count; j++) {
        double value = x.reals()[at + j * inner];
        sum =
            switch (type) {
              case "reduce_max" -> Math.max(sum, value);
              case "reduce_l2_norm" -> sum + value * value;
              default -> sum + value;
            };
      }
      result[i] =
          (float)
              switch (type) {
                case "reduce_mean" -> sum / count;
                case "reduce_l2_norm" -> Math.sqrt(sum);
                default -> sum;
              };
    }
    return MilTensor.ofReals(x.type(), sizes, result);
  }
}
