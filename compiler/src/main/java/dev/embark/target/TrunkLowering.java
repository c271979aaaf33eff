package dev.embark.target;

import static java.util.Objects.requireNonNull;

import dev.embark.bundle.TrunkPorts;
import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Shape;
import java.util.HashMap;
import java.util.Map;

/// Says each operation of a trunk in a compiler's words.
public final class TrunkLowering {
  private final TrunkDialect dialect;
  private final TrunkAttention attention;
  private final Map<Value, TrunkValue> values = new HashMap<>();
  private final Map<Object, Integer> numbers = new HashMap<>();

  private TrunkLowering(TrunkDialect dialect) {
    this.dialect = dialect;
    this.attention = new TrunkAttention(dialect, this);
  }

  /// Says a whole trunk and returns what it gives; throws a `Problem` of category `UNSUPPORTED` for
  /// what no device has.
  ///
  /// @param trunk from the vectors of the tokens to those of the last layer, of fixed shapes, one
  ///   text
  public static TrunkValue lower(Graph trunk, TrunkDialect dialect) {
    var lowering = new TrunkLowering(dialect);
    var embeds = trunk.inputs().getFirst();
    lowering.values.put(embeds, dialect.input(embeds.name(), embeds.shape()));
    boolean isMasked = trunk.nodes().stream().anyMatch(node -> seesPadding(node.op()));
    for (var mask : trunk.inputs().subList(1, trunk.inputs().size())) {
      if (isMasked) {
        var sizes = Shape.of(mask.shape().sizes());
        lowering.values.put(mask, dialect.input(TrunkPorts.BIAS, sizes));
      }
    }
    trunk.nodes().forEach(lowering::lower);
    return lowering.value(trunk.outputs().getFirst());
  }

  /// Returns whether tokens see what lies behind them, padding included.
  private static boolean seesPadding(Op op) {
    return op instanceof Op.Attention attention && !attention.heads().sight().isCausal();
  }

  TrunkValue value(Value value) {
    return requireNonNull(values.get(value), value.name());
  }

  /// Returns a number that only equal things have.
  int number(Object thing) {
    return numbers.computeIfAbsent(thing, _ -> numbers.size() + 1);
  }

  private void lower(Node node) {
    var out = node.output().name();
    switch (node.op()) {
      // Known from the sizes alone, and only distances read them.
      case Op.Positions _ -> {}
      case Op op -> values.put(node.output(), lower(out, op));
    }
  }

  private TrunkValue lower(String out, Op of) {
    return switch (of) {
      case Op.Parameter(var constant) -> dialect.constant(constant.name(), constant.weight());
      case Op.Linear(var input, var weight, var bias) ->
          dialect.linear(out, value(input), weight, bias);
      case Op.LayerNorm(var input, var weight, var bias, var epsilon) ->
          dialect.layerNorm(out, value(input), weight, bias, epsilon);
      case Op.RmsNorm(var input, var weight, var epsilon) ->
          rmsNorm(out, value(input), weight, epsilon);
      case Op.Activate(var input, var function) -> dialect.activate(out, value(input), function);
      case Op.Rotate(var input, var rotation) ->
          dialect.rotate(out, value(input), rotation, number(rotation));
      case Op.Attention op -> attention.attention(out, op);
      case Op.DistanceBias op -> attention.distanceBias(out, op);
      case Op.Add(var left, var right) -> dialect.add(out, value(left), value(right));
      case Op.Multiply(var left, var right) -> dialect.multiply(out, value(left), value(right));
      case Op.Scale(var input, var factor) -> scaled(out, value(input), factor);
      case Op.Slice(var input, var first, var count) ->
          dialect.slice(out, value(input), first, count);
      case Op.Concat(var parts) -> dialect.concat(out, parts.stream().map(this::value).toList());
      case Op.PositionScores _ -> throw refused(dialect, "relative positions of DeBERTa");
      case Op.Mixture _ -> throw refused(dialect, "mixtures of experts");
      case Op.Embedding _, Op.TokenPositions _ -> throw refused(dialect, "tables inside of layers");
      case Op.PooledTokens _, Op.Pool _, Op.SumTokens _, Op.Normalize _ ->
          throw refused(dialect, "pooling inside of layers");
      case Op.Positions _, Op.IntegerLinear _, Op.PackedAttention _ ->
          throw new IllegalStateException(of + " is made for other targets");
    };
  }

  /// Returns what is to be thrown for an operation that a device does not have.
  public static Problem refused(TrunkDialect dialect, String what) {
    return new Problem(
        Category.UNSUPPORTED,
        "Embark does not write %s for %s.".formatted(what, dialect.name()),
        "",
        "Convert to ONNX, or take another model.");
  }

  TrunkValue scaled(String out, TrunkValue x, double factor) {
    return factor == 1 ? x : dialect.scaled(out, x, factor);
  }

  TrunkValue reshape(String out, TrunkValue x, long... sizes) {
    return Shape.of(sizes).equals(x.shape()) ? x : dialect.reshape(out, x, sizes);
  }

  /// A norm over the last axis, or over each head of it.
  private TrunkValue rmsNorm(String out, TrunkValue x, Constant weight, double epsilon) {
    long size = weight.weight().rows();
    long width = x.shape().size(-1);
    if (size == width) {
      return dialect.rmsNorm(out, x, weight, epsilon);
    }
    var parts = reshape(out + "_parts", x, 1, x.shape().size(1), width / size, size);
    var norm = dialect.rmsNorm(out, parts, weight, epsilon);
    return reshape(out + "_whole", norm, x.shape().sizes());
  }
}
