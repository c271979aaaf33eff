package dev.embark.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.Backend;
import dev.embark.backend.Observed;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A device that computes right vectors, and then goes away.
final class RelayTest {
  private static final int TEXTS = 3000;
  private static final int GOOD = 1000;

  @TempDir static Path cache;
  @TempDir Path folder;

  /// ONNX Runtime until it has computed so many texts; from then on it leaves nonsense behind, and
  /// fails.
  private static Backend failing(Backend whole, AtomicInteger texts) {
    return new Observed(
        whole,
        (_, own, inputs, outputs) -> {
          int batch = (int) inputs.values().iterator().next().shape().size(0);
          if (texts.addAndGet(batch) <= GOOD) {
            own.run(inputs, outputs);
            return;
          }
          for (var output : outputs.values()) {
            output.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, 0, Float.NaN);
          }
          throw new Problem(Category.UNAVAILABLE, "The device went away.", "", "");
        });
  }

  private static List<String> texts() {
    var texts = new ArrayList<String>();
    for (int i = 0; i < TEXTS; i++) {
      texts.add("a tuned b ".repeat(1 + i % 7) + "concert ".repeat(i % 5));
    }
    return texts;
  }

  @Test
  void aCorpusEndsCompleteInOrderAndRight() {
    var tiny = new TinyEngine(folder.resolve("bundle"), cache);
    var files = tiny.files(TinyBundle.pipeline());
    var whole = OnnxRuntimeBackend.load(cache);
    var settings = EmbedSettings.defaults().withCallers(2);
    var handovers = new AtomicInteger();
    List<Embedding> expected;
    try (var engine = Engine.open(files, whole, settings)) {
      expected = new Embedder(engine).embed(texts(), new Prompt.None());
    }
    var computed = new AtomicInteger();
    var failing = failing(whole, computed);
    try (var engine =
        Engine.open(
            files,
            failing,
            settings,
            _ -> {
              handovers.incrementAndGet();
              return Engine.open(files, whole, settings);
            })) {
      var actual = new Embedder(engine).embed(texts(), new Prompt.None());
      assertThat(actual).hasSize(TEXTS);
      for (int i = 0; i < TEXTS; i++) {
        assertThat(actual.get(i).vector()).as("text %d", i).isEqualTo(expected.get(i).vector());
      }
    }
    assertThat(handovers).hasValue(1);
    assertThat(computed).hasValueGreaterThan(GOOD);
  }

  @Test
  void withoutASubstituteTheProblemIsTold() {
    var tiny = new TinyEngine(folder.resolve("bundle"), cache);
    var files = tiny.files(TinyBundle.pipeline());
    var failing = failing(OnnxRuntimeBackend.load(cache), new AtomicInteger(GOOD));
    try (var engine = Engine.open(files, failing, EmbedSettings.defaults())) {
      assertThatThrownBy(() -> new Embedder(engine).embed(List.of("x"), new Prompt.None()))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("The device went away.");
    }
  }
}
