package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.backend.Executable.Port;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.family.Families;
import dev.embark.pass.Pass;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Fixture;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// ONNX Runtime as the foreign reader of what the ONNX target writes.
class EmittedFileTest {
  /// Embedding models of other families.
  private static final String[] OTHERS = {
    "albert-mean",
    "deberta-v2-mean",
    "distilbert-mean",
    "electra-mean",
    "gemma3-bidir-mean-dense2-bf16",
    "gte-cls-fp16",
    "llama3-mean-bf16",
    "mistral-lasttoken",
    "modernbert-cls",
    "mpnet-mean",
    "nomicbert-hublayout",
    "nomicbert-mean",
    "qwen2-lasttoken-bf16",
    "qwen3-lasttoken-bf16-sharded",
    "roberta-mean",
    "t5-encoder-mean-dense",
    "xlmroberta-mean-fp16",
  };

  @TempDir Path folder;

  static Stream<Arguments> everyFixtureInEveryFlavor() {
    return Stream.concat(Arrays.stream(Fixtures.ALL_BERT), Arrays.stream(OTHERS))
        .flatMap(name -> Arrays.stream(Flavor.values()).map(flavor -> Arguments.of(name, flavor)));
  }

  @ParameterizedTest
  @MethodSource("everyFixtureInEveryFlavor")
  void onnxRuntimeAnswersAsTheOriginal(String name, Flavor flavor) {
    var fixture = Fixture.of(name);
    var file = folder.resolve("model.onnx");
    try (var checkpoint = Checkpoint.open(Fixtures.describe(fixture.folder()))) {
      var graph = Families.build(checkpoint).graph();
      OnnxTarget.emit(Pass.applyAll(graph, Recipe.onnx(flavor).passes()), flavor, file);
    }
    try (var executable = OnnxRuntimeBackend.load(folder).open(file);
        var arena = Arena.ofConfined()) {
      var answers = fixture.answers();
      for (int i = 0; i < answers.texts().size(); i++) {
        var ids = answers.ids()[i];
        var shape = Shape.of(1, ids.length);
        var ones = new long[ids.length];
        Arrays.fill(ones, 1);
        var out = allocate(arena, ElementType.F32, Shape.of(1, answers.embeddings()[i].length));
        var hidden = executable.outputs().getFirst().shape().size(2);
        var tokens = allocate(arena, ElementType.F32, Shape.of(1, ids.length, hidden));
        var given = new HashMap<String, Tensor>();
        given.put("input_ids", longs(arena, shape, ids));
        given.put("attention_mask", longs(arena, shape, ones));
        given.put("token_type_ids", longs(arena, shape, new long[ids.length]));
        given.keySet().retainAll(executable.inputs().stream().map(Port::name).toList());
        executable.run(given, Map.of("sentence_embedding", out, "last_hidden_state", tokens));
        assertThat(Fixtures.difference(floats(out), answers.embeddings()[i]))
            .as("text %d", i)
            .isLessThan(2e-5f);
        if (i == 0 || i == 4) {
          requireFirstFour(floats(tokens), hidden, fixture.hiddenFirst4(i));
        }
      }
    }
  }

  private static void requireFirstFour(float[] tokens, long hidden, float[][] expected) {
    for (int token = 0; token < expected.length; token++) {
      var actual = Arrays.copyOfRange(tokens, (int) (token * hidden), (int) (token * hidden + 4));
      assertThat(Fixtures.difference(actual, expected[token]))
          .as("token %d", token)
          .isLessThan(2e-5f);
    }
  }

  private static Tensor allocate(Arena arena, ElementType type, Shape shape) {
    return new Tensor(type, shape, arena.allocate(shape.elementCount() * type.byteSize(), 64));
  }

  private static Tensor longs(Arena arena, Shape shape, long[] values) {
    return new Tensor(ElementType.I64, shape, arena.allocateFrom(ValueLayout.JAVA_LONG, values));
  }

  private static float[] floats(Tensor tensor) {
    return tensor.bytes().toArray(ValueLayout.JAVA_FLOAT);
  }
}
