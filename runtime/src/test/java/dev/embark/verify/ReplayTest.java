package dev.embark.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.TinyModel;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Variation;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.TinyBundle;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayTest {
  @TempDir static Path cache;
  @TempDir Path folder;
  private BundleWriter writer;
  private ModelFiles files;

  @BeforeEach
  void writeModel() {
    writer = BundleWriter.create(folder.resolve("bundle"));
    files = TinyBundle.write(writer, TinyBundle.pipeline());
  }

  @AfterEach
  void removeModel() {
    writer.close();
  }

  /// What a backend does to its vectors.
  private interface Flaw {
    void apply(Map<String, Tensor> inputs, Tensor vectors);
  }

  /// ONNX Runtime with a flaw.
  private record FlawedBackend(Backend sound, Flaw flaw) implements Backend {
    @Override
    public String name() {
      return sound.name();
    }

    @Override
    public String version() {
      return sound.version();
    }

    @Override
    public Executable open(Path file) {
      return new FlawedExecutable(sound.open(file), flaw);
    }
  }

  private record FlawedExecutable(Executable sound, Flaw flaw) implements Executable {
    @Override
    public List<Port> inputs() {
      return sound.inputs();
    }

    @Override
    public List<Port> outputs() {
      return sound.outputs();
    }

    @Override
    public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
      sound.run(inputs, outputs);
      flaw.apply(inputs, outputs.values().iterator().next());
    }

    @Override
    public void close() {
      sound.close();
    }
  }

  private static Tensor mask(Map<String, Tensor> inputs) {
    return Objects.requireNonNull(inputs.get("attention_mask"));
  }

  private static void nudge(Tensor vectors, double by) {
    float value = vectors.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, 0);
    vectors.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, 0, (float) (value + by));
  }

  private Embedder embedder(Flaw flaw) {
    var backend = new FlawedBackend(OnnxRuntimeBackend.load(cache), flaw);
    return Embedder.open(files, backend, EmbedSettings.defaults().withCallers(2));
  }

  /// What the sound model says to texts of many lengths.
  private List<Reference> references() {
    var references = new ArrayList<Reference>();
    Prompt none = new Prompt.None();
    try (var embedder = embedder((_, _) -> {})) {
      for (int words = 0; words < 24; words++) {
        String text = "the orchestra tuned instruments ".repeat(words) + "concert " + words;
        references.add(new Reference(text, none, embedder.embed(text, none).vector()));
      }
      var query = new Prompt.Named("query");
      references.add(new Reference("concert", query, embedder.embed("concert", query).vector()));
    }
    return references;
  }

  private Report replay(List<Reference> references, Flaw flaw) {
    try (var embedder = embedder(flaw)) {
      return Replay.run(embedder, references, TinyBundle.LIMITS, Progress.SILENT);
    }
  }

  @Test
  void soundModelPassesUnderEveryVariation() {
    Report report = replay(references(), (_, _) -> {});
    assertThat(report.failures()).isEmpty();
    assertThat(report.figures().texts()).isEqualTo(25);
    assertThat(report.invariance()).containsOnlyKeys(Variation.values());
    report.requirePass();
  }

  @Test
  void wrongVectorFailsWithTextAndValue() {
    var references = new ArrayList<>(references());
    var wrong = references.get(3);
    float[] vector = wrong.embedding().clone();
    vector[2] += 2e-5f;
    references.set(3, new Reference(wrong.text(), wrong.prompt(), vector));
    Report report = replay(references, (_, _) -> {});
    assertThat(report.isPass()).isFalse();
    assertThatThrownBy(report::requirePass)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED))
        .hasMessageContaining("The largest difference is 2.00e-05, allowed is 1.00e-05.")
        .hasMessageContaining(
            "The first text that differs is number 4, \"the orchestra tuned instruments the"
                + " orchestra tuned instrume…\", at value 2: expected ");
  }

  @Test
  void dependenceOnTheBatchIsFound() {
    Report report =
        replay(
            references(),
            (inputs, vectors) -> {
              if (mask(inputs).shape().size(0) > 3) {
                nudge(vectors, 3e-6);
              }
            });
    // The text whose turn it is to be first differs, so the order matters too.
    assertThat(report.failures())
        .hasSize(2)
        .anySatisfy(failure -> assertThat(failure).startsWith("A change of batch changes a vector"))
        .anySatisfy(
            failure -> assertThat(failure).startsWith("A change of order changes a vector"));
  }

  @Test
  void dependenceOnPaddingIsFound() {
    Report report =
        replay(
            references(),
            (inputs, vectors) -> {
              var mask = mask(inputs);
              long last = mask.shape().elementCount() - 1;
              if (mask.shape().size(0) == 1 && mask.integer(last) == 0) {
                nudge(vectors, 3e-6);
              }
            });
    assertThat(report.failures())
        .singleElement()
        .asString()
        .startsWith("A change of padding changes a vector by 3.0");
  }

  @Test
  void dependenceOnTimeIsFound() {
    var runs = new AtomicInteger();
    Report report =
        replay(references(), (_, vectors) -> nudge(vectors, runs.incrementAndGet() * 1e-6));
    assertThat(report.failures())
        .anySatisfy(
            failure -> assertThat(failure).startsWith("A change of repetition changes a vector"));
  }

  @Test
  void vectorsThatAreNotNormalizedAreHeldToTheirLargestValue() {
    var pipeline = files.pipeline();
    var embedding = pipeline.embedding().orElseThrow();
    var raw =
        new Pipeline(
            pipeline.reading(),
            pipeline.prompts(),
            pipeline.defaultPrompt(),
            List.of(new Output.Embedding(embedding.steps().subList(0, 1), "cosine", 4)),
            pipeline.notes());
    files = new ModelFiles(files.folder(), files.model(), raw, files.chain());
    Flaw tenfold =
        (_, vectors) -> {
          for (int i = 0; i < vectors.shape().size(0) * TinyModel.HIDDEN; i++) {
            float value = vectors.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            vectors.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, value * 10);
          }
        };
    var references = new ArrayList<Reference>();
    for (var reference : references()) {
      float[] vector = reference.embedding().clone();
      for (int i = 0; i < vector.length; i++) {
        vector[i] = vector[i] * 10 + 5e-5f;
      }
      references.add(new Reference(reference.text(), reference.prompt(), vector));
    }
    assertThat(replay(references, tenfold).failures()).isEmpty();
  }
}
