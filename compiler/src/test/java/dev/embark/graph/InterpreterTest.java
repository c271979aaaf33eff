package dev.embark.graph;

import static dev.embark.graph.Ops.matrix;
import static dev.embark.graph.Ops.row;
import static dev.embark.graph.Ops.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.bundle.Pooling;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each operation against numbers worked out by hand or taken from published tables.
class InterpreterTest {
  private static final Offset<Double> DOUBLE = within(1e-14);

  /// For results with a factor that is not exact in 32 bits.
  private static final Offset<Double> FLOAT = within(1e-7);

  private static final Bias NO_BIAS = new Bias.None();

  private final Ops ops = new Ops();

  private static double[][] text(double[]... tokens) {
    return tokens;
  }

  private static double[] values(double... values) {
    return values;
  }

  private static long[] ids(long... ids) {
    return ids;
  }

  @Test
  void positionsCountFromTheStartForEveryTextAlike() {
    var tokens = ops.tokens("ids", ids(7, 8, 9), ids(1, 0, 0));
    assertThat(ops.compute(new Op.Positions(tokens, 2))).containsExactly(2, 3, 4);
  }

  @Test
  void embeddingLooksUpRows() {
    var table = matrix("table", row(0, 1), row(10, 11), row(20, 21));
    var tokens = ops.tokens("ids", ids(2, 0), ids(1, 2));
    assertThat(ops.compute(new Op.Embedding(table, tokens)))
        .containsExactly(20, 21, 0, 1, 10, 11, 20, 21);
  }

  @Test
  void linearMultipliesByTheTransposedWeightAndAddsTheBias() {
    var weight = matrix("weight", row(1, 2), row(3, 4), row(5, 6));
    var bias = new Bias.Of(vector("bias", 0.5f, 0, -1));
    var input = ops.vectors("x", values(1, 2), values(-1, 0.5));
    assertThat(ops.compute(new Op.Linear(input, weight, bias)))
        .containsExactly(5.5, 11, 16, 0.5, -1, -3);
    assertThat(ops.compute(new Op.Linear(input, weight, NO_BIAS)))
        .containsExactly(5, 11, 17, 0, -1, -2);
  }

  @Test
  void layerNormUsesTheBiasedVarianceWithEpsilonInsideTheRoot() {
    // Mean 2.5, variance 5/4; with epsilon 3/4 the divisor is √2.
    var input = ops.vectors("x", values(1, 2, 3, 4));
    var weight = vector("weight", 1, 2, 1, 1);
    var bias = new Bias.Of(vector("bias", 0, 1, 0, -1));
    double root = Math.sqrt(2);
    assertThat(ops.compute(new Op.LayerNorm(input, weight, bias, 0.75)))
        .containsExactly(
            values(-1.5 / root, 2 * -0.5 / root + 1, 0.5 / root, 1.5 / root - 1), DOUBLE);
    assertThat(ops.compute(new Op.LayerNorm(input, weight, NO_BIAS, 0.75)))
        .containsExactly(values(-1.5 / root, 2 * -0.5 / root, 0.5 / root, 1.5 / root), DOUBLE);
  }

  @Test
  void layerNormOfEqualValuesIsTheBias() {
    var input = ops.vectors("x", values(3, 3));
    var norm =
        new Op.LayerNorm(
            input, vector("weight", 5, 5), new Bias.Of(vector("bias", 0.25f, -2)), 1e-12);
    assertThat(ops.compute(norm)).containsExactly(0.25, -2);
  }

  /// From the definitions, with `erf`, `tanh` and `exp` of a C library in double precision.
  @ParameterizedTest
  @CsvSource({
    "GELU,      -3,  -0.00404969409489031",
    "GELU,      -1,  -0.15865525393145707",
    "GELU,       0,   0",
    "GELU,       1,   0.8413447460685429",
    "GELU,       2,   1.9544997361036416",
    "GELU_TANH, -3,  -0.0036373920817729943",
    "GELU_TANH, -1,  -0.15880800939172324",
    "GELU_TANH,  0,   0",
    "GELU_TANH,  1,   0.8411919906082768",
    "GELU_TANH,  2,   1.954597694087775",
    "RELU,      -1,   0",
    "RELU,       0.5, 0.5",
    "SIGMOID,    0,   0.5",
    "SIGMOID,    1,   0.7310585786300049",
    "SIGMOID, -800,   0",
    "SILU,      -1,  -0.2689414213699951",
    "SILU,       2,   1.7615941559557646",
    "TANH,       0.5, 0.46211715726000974",
    "TANH,     -40,  -1"
  })
  void activationHasItsValue(Activation function, double x, double expected) {
    var input = ops.vectors("x", values(x));
    assertThat(ops.compute(new Op.Activate(input, function))[0]).isCloseTo(expected, DOUBLE);
  }

  @Test
  void attentionWeighsValuesBySoftmaxOfScaledProducts() {
    // Scores of token 0: 2·½·ln 3 = ln 3 and 0, so weights 3/4 and 1/4; of token 1: 0, 0.
    var query = ops.hidden("q", text(values(2), values(0)));
    var key = ops.hidden("k", text(values(Math.log(3)), values(0)));
    var value = ops.hidden("v", text(values(8), values(4)));
    var mask = ops.tokens("mask", ids(1, 1));
    assertThat(
            ops.compute(new Op.Attention(query, key, value, mask, Ops.heads(1, 0.5), Ops.NO_BIAS)))
        .containsExactly(values(7, 6), DOUBLE);
  }

  @Test
  void attentionDoesNotSeeMaskedKeysWhereverTheyAre() {
    var tokens = text(values(1000), values(2), values(1000));
    var mask = ops.tokens("mask", ids(0, 1, 0));
    var query = ops.hidden("q", tokens);
    var key = ops.hidden("k", tokens);
    var value = ops.hidden("v", tokens);
    assertThat(ops.compute(new Op.Attention(query, key, value, mask, Ops.heads(1, 1), Ops.NO_BIAS)))
        .containsExactly(2, 2, 2);
  }

  @Test
  void attentionSeesPromptTokens() {
    var zeros = ops.hidden("q", text(values(0), values(0)));
    var value = ops.hidden("v", text(values(8), values(4)));
    var mask = ops.tokens("mask", ids(2, 1));
    assertThat(
            ops.compute(new Op.Attention(zeros, zeros, value, mask, Ops.heads(1, 1), Ops.NO_BIAS)))
        .containsExactly(6, 6);
  }

  @Test
  void headsAttendIndependentlyToTheirPartOfTheVector() {
    // Head 0 has scores ln 3 and 0, head 1 has 0 and ln 3.
    double three = Math.log(3);
    var query = ops.hidden("q", text(values(1, 1), values(1, 1)));
    var key = ops.hidden("k", text(values(three, 0), values(0, three)));
    var value = ops.hidden("v", text(values(8, 8), values(4, 4)));
    var mask = ops.tokens("mask", ids(1, 1));
    assertThat(ops.compute(new Op.Attention(query, key, value, mask, Ops.heads(2, 1), Ops.NO_BIAS)))
        .containsExactly(values(7, 5, 7, 5), DOUBLE);
  }

  @Test
  void textsOfABatchDoNotSeeEachOther() {
    var tokens = ops.hidden("x", text(values(1)), text(values(50)));
    var mask = ops.tokens("mask", ids(1), ids(1));
    assertThat(
            ops.compute(
                new Op.Attention(tokens, tokens, tokens, mask, Ops.heads(1, 1), Ops.NO_BIAS)))
        .containsExactly(1, 50);
  }

  @Test
  void packedAttentionProjectsQueryKeyAndValueFromOneInput() {
    // q = 1, k = ln 3·x, v = 4 + 4·x for x = 1 and x = 0.
    var input = ops.hidden("x", text(values(1), values(0)));
    var weight = matrix("weight", row(0), row(Math.log(3)), row(4));
    var bias = vector("bias", 1, 0, 4);
    var mask = ops.tokens("mask", ids(1, 1));
    assertThat(ops.compute(new Op.PackedAttention(input, weight, bias, mask, 1, 1)))
        .containsExactly(values(7, 7), FLOAT);
  }

  @Test
  void addStretchesDimensionsOfSizeOne() {
    var left =
        ops.hidden("left", text(values(1, 2), values(3, 4)), text(values(5, 6), values(7, 8)));
    var column = ops.hidden("column", text(values(10), values(20)), text(values(30), values(40)));
    assertThat(ops.compute(new Op.Add(left, column)))
        .containsExactly(11, 12, 23, 24, 35, 36, 47, 48);
    assertThat(ops.compute(new Op.Add(column, left)))
        .containsExactly(11, 12, 23, 24, 35, 36, 47, 48);
  }

  @Test
  void pooledTokensAreThoseMarkedOne() {
    var mask = ops.tokens("mask", ids(2, 2, 1, 1, 0));
    assertThat(ops.compute(new Op.PooledTokens(mask))).containsExactly(0, 0, 1, 1, 0);
  }

  /// Text 0 is padded on the right, text 1 on the left; 100 is what padding would add.
  @ParameterizedTest
  @CsvSource({
    "CLS,           1,                  2",
    "MAX,           5,                  6",
    "MEAN,          3,                  4",
    "MEAN_SQRT_LEN, 5.196152422706632,  5.656854249492380",
    "WEIGHTED_MEAN, 3.3333333333333335, 4.285714285714286",
    "LAST_TOKEN,    3,                  6"
  })
  void poolingIgnoresPaddingOnBothSides(Pooling mode, double right, double left) {
    var tokens =
        ops.hidden(
            "x",
            text(values(1), values(5), values(3), values(100)),
            text(values(100), values(100), values(2), values(6)));
    var mask = ops.tokens("mask", ids(1, 1, 1, 0), ids(0, 0, 1, 1));
    assertThat(ops.compute(new Op.Pool(tokens, mask, mode)))
        .containsExactly(values(right, left), DOUBLE);
  }

  @Test
  void poolingCountsPromptTokensUnlessTheyAreTakenOutBefore() {
    var tokens = ops.hidden("x", text(values(9), values(3)));
    var mask = ops.tokens("mask", ids(2, 1));
    var pooled = ops.tokens("pooled", ids(0, 1));
    assertThat(ops.compute(new Op.Pool(tokens, mask, Pooling.MEAN))).containsExactly(6);
    assertThat(ops.compute(new Op.Pool(tokens, pooled, Pooling.MEAN))).containsExactly(3);
  }

  @Test
  void maximumCanBeNegative() {
    var tokens = ops.hidden("x", text(values(-3, -1), values(-2, -4), values(0, 0)));
    var mask = ops.tokens("mask", ids(1, 1, 0));
    assertThat(ops.compute(new Op.Pool(tokens, mask, Pooling.MAX))).containsExactly(-2, -1);
  }

  @Test
  void meanOfNoTokenIsZero() {
    var tokens = ops.hidden("x", text(values(7)));
    var mask = ops.tokens("mask", ids(0));
    assertThat(ops.compute(new Op.Pool(tokens, mask, Pooling.MEAN))).containsExactly(0);
  }

  @Test
  void concatPutsPartsSideBySide() {
    var left = ops.vectors("left", values(1, 2), values(3, 4));
    var right = ops.vectors("right", values(5), values(6));
    assertThat(ops.compute(new Op.Concat(List.of(left, right, left))))
        .containsExactly(1, 2, 5, 1, 2, 3, 4, 6, 3, 4);
  }

  @Test
  void normalizeScalesEachVectorToLengthOne() {
    var input = ops.vectors("x", values(3, 4), values(0, -0.5));
    assertThat(ops.compute(new Op.Normalize(input)))
        .containsExactly(values(0.6, 0.8, 0, -1), DOUBLE);
  }

  @Test
  void normalizeLeavesTheZeroVectorZero() {
    var input = ops.vectors("x", values(0, 0), values(3e-13, 4e-13));
    assertThat(ops.compute(new Op.Normalize(input)))
        .containsExactly(values(0, 0, 0.3, 0.4), DOUBLE);
  }

  @Test
  void anyValueCanBeAskedForAndNoneIsForgottenTooEarly() {
    var x = Ops.vectors("x", 1);
    var twice = Ops.node("twice", new Op.Add(x, x));
    var thrice = Ops.node("thrice", new Op.Add(twice.output(), x));
    var graph = new Graph("g", List.of(x), List.of(twice, thrice), List.of(thrice.output()));
    var feeds = Map.of("x", new Grid(new long[] {1, 1}, new double[] {5}));
    var found = new Interpreter(graph).run(feeds, Set.of("twice", "thrice"));
    assertThat(found).containsOnlyKeys("twice", "thrice");
    assertThat(found.get("twice")).extracting(Grid::values).isEqualTo(values(10));
    assertThat(found.get("thrice")).extracting(Grid::values).isEqualTo(values(15));
  }

  @Test
  void gridHoldsAsManyValuesAsItsSizesSay() {
    assertThatThrownBy(() -> new Grid(new long[] {2, 3}, new double[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 values do not fill [2, 3]");
  }
}
