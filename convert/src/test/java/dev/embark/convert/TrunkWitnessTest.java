package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.Backend;
import dev.embark.backend.Observed;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.bundle.TrunkPorts;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.family.Families;
import dev.embark.graph.Graph;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Layers on a device that is ONNX Runtime, and is wrong where a test says so.
final class TrunkWitnessTest {
  private static final int TOKENS = 5;
  private static final int WIDTH = 32;
  private static final double LIMIT = 0.9999;

  @TempDir static Path cache;
  @TempDir Path folder;
  private Path trunk;
  private int sequence;

  @BeforeEach
  void write() {
    var plain = NpuBundle.plain(folder, cache);
    sequence = plain.manifest().pipeline().maxTokens();
    var npu = NpuBundle.of(plain, folder.resolve("npu"), cache).bundle();
    trunk = npu.file(npu.manifest().preferred().chain().stages().get(1).files().getFirst().path());
  }

  /// Lets a device compute a text whose tokens are multiplied by what `factor` says of each, and
  /// returns what the witness says.
  private List<Testimony> testify(IntFunction<Float> factor) {
    try (var checkpoint = Checkpoint.open(Fixtures.describe(NpuBundle.FIXTURE))) {
      return testify(Families.build(checkpoint).graph(), factor);
    }
  }

  private List<Testimony> testify(Graph graph, IntFunction<Float> factor) {
    var witness = new TrunkWitness(graph, WIDTH);
    Backend device =
        new Observed(
            OnnxRuntimeBackend.load(cache),
            (_, own, inputs, outputs) -> {
              own.run(inputs, outputs);
              outputs.values().forEach(hidden -> multiply(hidden, factor));
            });
    try (var arena = Arena.ofConfined();
        var executable = witness.lookingAt(device).open(trunk)) {
      var embeds = floats(Shape.of(1, sequence, WIDTH), arena);
      var random = new Random(3);
      for (int i = 0; i < sequence * WIDTH; i++) {
        embeds.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
      }
      var bias = floats(Shape.of(1, sequence), arena);
      for (int i = TOKENS; i < sequence; i++) {
        bias.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, TrunkPorts.UNSEEN);
      }
      executable.run(
          Map.of(TrunkPorts.EMBEDS, embeds, TrunkPorts.BIAS, bias),
          Map.of(TrunkPorts.HIDDEN, floats(Shape.of(1, sequence, WIDTH), arena)));
      return witness.testify(LIMIT);
    }
  }

  private static Tensor floats(Shape shape, Arena arena) {
    var bytes = arena.allocate(shape.elementCount() * Float.BYTES, Long.BYTES);
    return new Tensor(ElementType.F32, shape, bytes);
  }

  private void multiply(Tensor hidden, IntFunction<Float> factor) {
    for (int i = 0; i < sequence * WIDTH; i++) {
      float value = hidden.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      hidden.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, value * factor.apply(i / WIDTH));
    }
  }

  @Test
  void whatIsRightIsTestified() {
    assertThat(testify(_ -> 1f))
        .singleElement()
        .isInstanceOfSatisfying(
            Testimony.Vectors.class,
            said -> {
              assertThat(said.output()).isEqualTo(TrunkPorts.HIDDEN);
              assertThat(said.figures().maxAbs()).isLessThan(1e-4);
            });
  }

  @Test
  void oneTokenThatIsWrongIsCaught() {
    assertThatThrownBy(() -> testify(token -> token == 3 ? -1f : 1f))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED))
        .hasMessageContaining("smallest cosine is -1.0");
    assertThatThrownBy(() -> testify(token -> token == 3 ? Float.NaN : 1f))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("32 values are not finite");
  }

  @Test
  void whatBecomesOfPaddingMeansNothing() {
    assertThat(testify(token -> token < TOKENS ? 1f : -1f)).hasSize(1);
  }

  @Test
  void whoHasSeenNothingSaysNothing() {
    try (var checkpoint = Checkpoint.open(Fixtures.describe(NpuBundle.FIXTURE))) {
      var graph = Families.build(checkpoint).graph();
      assertThat(new TrunkWitness(graph, WIDTH).testify(LIMIT)).isEmpty();
    }
  }
}
