package dev.embark.pass;

import static dev.embark.graph.Ops.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Ops;
import dev.embark.graph.Value;
import dev.embark.tensor.Encoding;
import dev.embark.tensor.IntegerRows;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Layers in fewer bits against the same layers in doubles.
final class QuantizingTest {
  private static final int WIDTH = 32;
  private static final int TOKENS = 6;

  /// A channel a hundred times as large as the others.
  private static final int LARGE = 7;

  private static final Value X = Ops.hidden("x", WIDTH);
  private static final Value Y = Ops.hidden("y", WIDTH);
  private static final Constant MATRIX = matrix("w", 1);
  private static final Node LAYER = node("a", new Op.Linear(X, MATRIX, new Bias.None()));

  private static Constant matrix(String name, long seed) {
    var random = new SplittableRandom(seed);
    var values = new float[WIDTH * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Constant(name, new Weight.Stored(Tensor.of(Shape.of(WIDTH, WIDTH), values)));
  }

  private static float[] tokens(long seed) {
    var random = new SplittableRandom(seed);
    var values = new float[TOKENS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * (i % WIDTH == LARGE ? 100 : 1);
    }
    return values;
  }

  private static Grid grid(float[] values) {
    var doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return new Grid(new long[] {1, TOKENS, WIDTH}, doubles);
  }

  private static Channels seen() {
    var channels = new Channels();
    channels.add(X, tokens(2));
    channels.add(Y, tokens(3));
    return channels;
  }

  private static Graph graph(Node... nodes) {
    return new Graph("g", List.of(X, Y), List.of(nodes), List.of(nodes[nodes.length - 1].output()));
  }

  /// Returns by how much a pass changes the result, as a share of it.
  private static double error(Graph graph, Pass pass) {
    var feeds = Map.of("x", grid(tokens(4)), "y", grid(tokens(5)));
    var name = graph.outputs().getFirst().name();
    double[] want = new Interpreter(graph).run(feeds, name).values();
    double[] got = new Interpreter(Pass.applyAll(graph, List.of(pass))).run(feeds, name).values();
    double off = 0;
    double whole = 0;
    for (int i = 0; i < want.length; i++) {
      off += (want[i] - got[i]) * (want[i] - got[i]);
      whole += want[i] * want[i];
    }
    return Math.sqrt(off / whole);
  }

  @Test
  void eightBitsAreAsExactAsTheyCanBe() {
    // Rounding errors of 1 in 254 on both sides, which do not add up.
    assertThat(error(graph(LAYER), new QuantizeInt8(seen(), Set.of()))).isBetween(1e-4, 0.02);
  }

  /// `VPMADDUBSW`, which x86 without VNNI has, cuts what does not fit 16 bits.
  @Test
  void noPairOfBytesLeavesSixteenBits() {
    var layer =
        new QuantizeInt8(seen(), Set.of())
            .apply(graph(LAYER)).nodes().stream()
                .map(Node::op)
                .filter(Op.IntegerLinear.class::isInstance)
                .map(Op.IntegerLinear.class::cast)
                .findFirst()
                .orElseThrow();
    var matrix = (Weight.Encoded) layer.weight().weight();
    byte[] codes =
        IntegerRows.of(matrix.source(), (Encoding.Integers) matrix.encoding(), 0, WIDTH).codes();

    int largest = 0;
    for (int i = 0; i < codes.length; i += 2) {
      int high = Math.max(codes[i], 0) + Math.max(codes[i + 1], 0);
      int low = Math.min(codes[i], 0) + Math.min(codes[i + 1], 0);
      assertThat(255 * high).isLessThanOrEqualTo(Short.MAX_VALUE);
      assertThat(255 * low).isGreaterThanOrEqualTo(Short.MIN_VALUE);
      largest = Math.max(largest, Math.max(high, -low));
    }
    assertThat(largest).isGreaterThanOrEqualTo(126);
  }

  @Test
  void smoothingEvensOutALargeChannel() {
    var blind = new Channels();
    var even = new float[WIDTH];
    Arrays.fill(even, 1);
    blind.add(X, even);
    var small = new Op.Linear(X, withoutLarge(), new Bias.None());

    double smoothed = error(graph(node("a", small)), new QuantizeInt8(seen(), Set.of()));
    double plain = error(graph(node("a", small)), new QuantizeInt8(blind, Set.of()));

    assertThat(smoothed).isLessThan(plain / 2);
  }

  /// Returns a matrix that hardly reads the large channel, as trained ones do.
  private static Constant withoutLarge() {
    var values = new float[WIDTH * WIDTH];
    MATRIX.weight().readRows(0, WIDTH, values, 0);
    for (int row = 0; row < WIDTH; row++) {
      values[row * WIDTH + LARGE] /= 100;
    }
    return new Constant("w", new Weight.Stored(Tensor.of(Shape.of(WIDTH, WIDTH), values)));
  }

  @Test
  void aMatrixThatReadsTwoValuesIsStoredOnce() {
    var second = node("b", new Op.Linear(Y, MATRIX, new Bias.None()));
    var sum = node("c", new Op.Add(LAYER.output(), second.output()));

    var result = new QuantizeInt8(seen(), Set.of()).apply(graph(LAYER, second, sum));

    var matrices =
        result.nodes().stream()
            .map(Node::op)
            .filter(Op.IntegerLinear.class::isInstance)
            .map(op -> ((Op.IntegerLinear) op).weight())
            .distinct();
    assertThat(matrices).hasSize(1);
    assertThat(error(graph(LAYER, second, sum), new QuantizeInt8(seen(), Set.of())))
        .isLessThan(0.02);
  }

  @Test
  void aLayerThatIsKeptIsNotTouched() {
    var pass = new QuantizeInt8(seen(), Set.of("w"));

    assertThat(pass.apply(graph(LAYER))).isEqualTo(graph(LAYER));
  }

  @Test
  void aValueThatWasNeverSeenIsAMistakeOfOurs() {
    assertThatThrownBy(() -> new QuantizeInt8(new Channels(), Set.of()).apply(graph(LAYER)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was not seen");
  }

  @Test
  void weightsInBlocksLoseWhatTheirBitsCannotSay() {
    assertThat(error(graph(LAYER), new QuantizeWeights(8, 16, seen(), Set.of())))
        .isBetween(1e-5, 0.008);
    assertThat(error(graph(LAYER), new QuantizeWeights(4, 16, seen(), Set.of())))
        .isBetween(0.01, 0.12);
  }

  @Test
  void rowsOfATableHaveScalesOfTheirOwn() {
    var values = new float[20 * WIDTH];
    var random = new SplittableRandom(6);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * (i < WIDTH ? 1e-3 : 1));
    }
    var table = new Constant("t", new Weight.Stored(Tensor.of(Shape.of(20, WIDTH), values)));
    var ids = Ops.tokens("ids");
    var lookup = node("e", new Op.Embedding(table, ids));
    var graph = new Graph("g", List.of(ids), List.of(lookup), List.of(lookup.output()));
    var quantized = Pass.applyAll(graph, List.of(new QuantizeTables()));

    double[] row =
        new Interpreter(quantized)
            .run(Map.of("ids", Grid.ofIntegers(new long[][] {{0}})), "e")
            .values();

    for (int i = 0; i < WIDTH; i++) {
      assertThat(row[i]).isCloseTo(values[i], within(2e-5));
    }
  }

  @Test
  void halvesAreAsExactAsHalvesAre() {
    assertThat(error(graph(LAYER), new CastToHalf())).isBetween(1e-6, 5e-4);
  }

  @Test
  void fixedShapesAreInEveryValue() {
    var fixed = Pass.applyAll(graph(LAYER), List.of(FixShapes.of(2, 16)));

    assertThat(fixed.inputs().getFirst().shape()).isEqualTo(Shape.of(2, 16, WIDTH));
    assertThat(fixed.outputs().getFirst().shape()).isEqualTo(Shape.of(2, 16, WIDTH));
  }
}
