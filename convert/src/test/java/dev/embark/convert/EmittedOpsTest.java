package dev.embark.convert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.Constant;
import dev.embark.graph.Distances;
import dev.embark.graph.Experts;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Grid;
import dev.embark.graph.Heads;
import dev.embark.graph.Interpreter;
import dev.embark.graph.Op;
import dev.embark.graph.Rotation;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.target.onnx.Flavor;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each operation, as ONNX Runtime reads it from an emitted file, against the interpreter, on
/// random values: two texts, one padded on the right and one on the left.
class EmittedOpsTest {
  private static final double TOLERANCE = 1e-5;

  private static final long[][] IDS = {{3, 1, 4, 1, 5, 0}, {0, 0, 2, 6, 5, 3}};
  private static final long[][] MASK = {{1, 1, 1, 1, 1, 0}, {0, 0, 1, 1, 1, 1}};

  private static final int ROWS = 9;
  private static final int WIDTH = 12;

  @TempDir Path folder;

  /// Appends the operation to a graph.
  private interface Build {
    Value append(Scene scene);
  }

  /// Values an operation can read: token vectors `x`, `y`, `z` `[batch, sequence, 12]`, the latter
  /// two also with 4 values only.
  private record Scene(GraphBuilder graph, Weights weights) {
    static Scene open() {
      var random = new Random(7);
      var tensors = new TreeMap<String, Weight>();
      for (var name : List.of("x", "y", "z")) {
        tensors.put(name + ".weight", matrix(random, ROWS, WIDTH));
      }
      tensors.put("short_y.weight", matrix(random, ROWS, 4));
      tensors.put("short_z.weight", matrix(random, ROWS, 4));
      tensors.put("places.weight", matrix(random, 20, WIDTH));
      tensors.put("relative.weight", matrix(random, 7, WIDTH));
      tensors.put("router.weight", matrix(random, 4, WIDTH));
      tensors.put("inner.weight", matrix(random, 4 * 5, WIDTH));
      tensors.put("outer.weight", matrix(random, 4 * 5, WIDTH));
      tensors.put("scores.weight", matrix(random, 5, 3));
      tensors.put("row.weight", matrix(random, 1, WIDTH));
      tensors.put("norm.weight", vector(random, WIDTH));
      tensors.put("head.weight", vector(random, 4));
      return new Scene(new GraphBuilder("op"), Weights.of("test", tensors));
    }

    private static Weight matrix(Random random, int rows, int columns) {
      return new Weight.Stored(Tensor.of(Shape.of(rows, columns), values(random, rows * columns)));
    }

    private static Weight vector(Random random, int length) {
      return new Weight.Stored(Tensor.of(Shape.of(length), values(random, length)));
    }

    private static float[] values(Random random, int count) {
      var values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    }

    Value tokens(String name) {
      long width = name.startsWith("short") ? 4 : WIDTH;
      return graph.embedding(ids(), weights.scope(name), ROWS, width);
    }

    Value ids() {
      return graph.tokens("input_ids");
    }

    Value mask() {
      return graph.tokens("attention_mask");
    }

    Constant constant(String name, long... sizes) {
      return GraphBuilder.parameter(weights.scope(name), "weight", sizes);
    }

    Value attention(Heads heads, ScoreBias bias) {
      var key = heads.group() == 1 ? tokens("y") : tokens("short_y");
      var value = heads.group() == 1 ? tokens("z") : tokens("short_z");
      return graph.attention(new Op.Attention(tokens("x"), key, value, mask(), heads, bias));
    }

    /// Scores of three heads by distance, up to 2.
    ScoreBias distances() {
      return new ScoreBias.Of(graph.distanceBias(ids(), constant("scores", 5, 3)));
    }

    Value positionScores(int reach, Distances.Side side) {
      var rows = IntStream.rangeClosed(-reach, reach).mapToObj(i -> (i + 3 * reach) % 7).toList();
      var table = graph.parameter(constant("relative", 7, WIDTH));
      return graph.positionScores(
          "scores", new Op.PositionScores(tokens("x"), table, new Distances(rows, side), 3, 0.25));
    }

    Value mixture(int used, Activation function) {
      return graph.mixture(
          tokens("x"),
          new Experts(
              constant("router", 4, WIDTH),
              constant("inner", 20, WIDTH),
              constant("outer", 20, WIDTH),
              constant("norm", WIDTH),
              used,
              function));
    }
  }

  private static Heads heads(int query, int shared, Sight sight) {
    return new Heads(query, shared, 0.3, sight);
  }

  private static final Rotation ROTATION = new Rotation(List.of(1f, 0.01f), 1);
  private static final ScoreBias NONE = new ScoreBias.None();

  private static final Map<String, Build> BUILDS =
      Map.ofEntries(
          Map.entry("RmsNorm", s -> s.graph().rmsNorm(s.tokens("x"), norm(s), "n", 1e-6)),
          Map.entry("RmsNorm of parts", s -> s.graph().rmsNorm(s.tokens("x"), head(s), "n", 1e-6)),
          Map.entry(
              "LayerNorm without bias",
              s -> s.graph().layerNormWithoutBias(s.tokens("x"), s.weights().scope("norm"), 1e-5)),
          Map.entry("Rotate", s -> s.graph().rotate(s.tokens("x"), ROTATION)),
          Map.entry(
              "Rotate with factor",
              s -> s.graph().rotate(s.tokens("x"), new Rotation(List.of(0.5f, 0.2f, 0.1f), 1.25f))),
          Map.entry("TokenPositions", s -> places(s, s.graph().tokenPositions(s.ids(), 0))),
          Map.entry("TokenPositions of 1", s -> places(s, s.graph().tokenPositions(s.ids(), 1))),
          Map.entry("all", s -> s.attention(heads(3, 3, new Sight.All()), NONE)),
          Map.entry("causal", s -> s.attention(heads(3, 3, new Sight.Causal()), NONE)),
          Map.entry("near", s -> s.attention(heads(3, 3, new Sight.Near(1)), NONE)),
          Map.entry("causal near", s -> s.attention(heads(3, 3, new Sight.CausalNear(2)), NONE)),
          Map.entry("one key", s -> s.attention(heads(3, 1, new Sight.All()), NONE)),
          Map.entry("one causal key", s -> s.attention(heads(3, 1, new Sight.Causal()), NONE)),
          Map.entry("two keys", s -> s.attention(heads(6, 2, new Sight.Near(2)), NONE)),
          Map.entry("two near keys", s -> s.attention(heads(6, 2, new Sight.CausalNear(1)), NONE)),
          Map.entry("bias", s -> s.attention(heads(3, 3, new Sight.All()), s.distances())),
          Map.entry("bias, near", s -> s.attention(heads(3, 3, new Sight.Near(3)), s.distances())),
          Map.entry("two sights", EmittedOpsTest::twoSights),
          Map.entry("DistanceBias", s -> s.graph().distanceBias(s.ids(), scores(s))),
          Map.entry("token that looks", s -> s.positionScores(2, Distances.Side.LOOKING)),
          Map.entry("token that is seen", s -> s.positionScores(2, Distances.Side.SEEN)),
          Map.entry("far, looks", s -> s.positionScores(9, Distances.Side.LOOKING)),
          Map.entry("far, is seen", s -> s.positionScores(9, Distances.Side.SEEN)),
          Map.entry("score bias of texts", EmittedOpsTest::scored),
          Map.entry("score bias of two layers", s -> s.graph().add(scored(s), scored(s))),
          Map.entry("Mixture of one", s -> s.mixture(1, Activation.GELU)),
          Map.entry("Mixture of two", s -> s.mixture(2, Activation.GELU)),
          Map.entry("Mixture of all", s -> s.mixture(4, Activation.SILU)),
          Map.entry("Multiply", s -> s.graph().multiply(s.tokens("x"), s.tokens("y"))),
          Map.entry("Scale", s -> s.graph().scale(s.tokens("x"), 6.92820323)),
          Map.entry("Slice", s -> s.graph().firstValues(s.tokens("x"), 5)),
          Map.entry("SumTokens", s -> s.graph().sumTokens(s.tokens("x"), s.mask())),
          Map.entry("Parameter, added", s -> s.graph().add(s.tokens("x"), row(s))),
          Map.entry("Parameter, multiplied", s -> s.graph().multiply(s.tokens("x"), row(s))),
          Map.entry("SILU", s -> s.graph().activate(s.tokens("x"), Activation.SILU)),
          Map.entry("SIGMOID", s -> s.graph().activate(s.tokens("x"), Activation.SIGMOID)),
          Map.entry("GELU_TANH", s -> s.graph().activate(s.tokens("x"), Activation.GELU_TANH)),
          Map.entry("QUICK_GELU", s -> s.graph().activate(s.tokens("x"), Activation.QUICK_GELU)),
          Map.entry("LOG1P_RELU", s -> s.graph().activate(s.tokens("x"), Activation.LOG1P_RELU)));

  private static Constant norm(Scene scene) {
    return scene.constant("norm", WIDTH);
  }

  private static Constant head(Scene scene) {
    return scene.constant("head", 4);
  }

  private static Constant scores(Scene scene) {
    return scene.constant("scores", 5, 3);
  }

  private static Value row(Scene scene) {
    return scene.graph().parameter(scene.constant("row", 1, WIDTH));
  }

  private static Value places(Scene scene, Value positions) {
    return scene.graph().embedding(positions, scene.weights().scope("places"), 20, WIDTH);
  }

  /// One mask in two forms, as in models that alternate.
  private static Value twoSights(Scene scene) {
    var near = scene.attention(heads(3, 1, new Sight.Near(1)), NONE);
    return scene.graph().add(near, scene.attention(heads(6, 2, new Sight.Near(1)), NONE));
  }

  /// Scores of both kinds at once, as in DeBERTa.
  private static Value scored(Scene scene) {
    var looks = scene.positionScores(3, Distances.Side.LOOKING);
    var sum = scene.graph().add(looks, scene.positionScores(3, Distances.Side.SEEN));
    return scene.attention(heads(3, 3, new Sight.All()), new ScoreBias.Of(sum));
  }

  static Stream<Arguments> everyOperationInEveryFlavor() {
    return BUILDS.keySet().stream()
        .sorted()
        .flatMap(name -> Arrays.stream(Flavor.values()).map(flavor -> Arguments.of(name, flavor)));
  }

  @ParameterizedTest
  @MethodSource("everyOperationInEveryFlavor")
  void onnxRuntimeComputesWhatTheInterpreterDoes(String name, Flavor flavor) {
    var scene = Scene.open();
    scene.ids();
    scene.mask();
    scene.graph().output("result", requireNonNull(BUILDS.get(name)).append(scene));
    var graph = scene.graph().build();
    var feeds = Map.of("input_ids", Grid.ofIntegers(IDS), "attention_mask", Grid.ofIntegers(MASK));
    var expected = new Interpreter(graph).run(feeds, "result").values();
    try (var run = OnnxRun.of(graph, flavor, folder)) {
      var actual = run.run(Map.of("input_ids", IDS, "attention_mask", MASK), "result");
      assertThat(actual).hasSize(expected.length);
      for (int i = 0; i < expected.length; i++) {
        double difference = Math.abs(actual[i] - expected[i]);
        assertThat(difference)
            .as("value %d: %s, not %s", i, actual[i], expected[i])
            .isLessThan(TOLERANCE * Math.max(1, Math.abs(expected[i])));
      }
    }
  }
}
