package dev.embark.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.TinyModel;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Expansion;
import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Output.Saturation;
import dev.embark.bundle.Output.ScoreActivation;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.bundle.Output.SparseStrategy;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Step;
import dev.embark.bundle.Variation;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
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
  private static final Map<String, Limits> LIMITS =
      Tolerance.of("fp32", "onnx", TinyBundle.giving(allOutputs().toArray(Output[]::new)));

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
      outputs.values().forEach(values -> flaw.apply(inputs, values));
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
        references.add(TinyBundle.reference(text, none, embedder.embed(text, none).vector()));
      }
      var query = new Prompt.Named("query");
      references.add(
          TinyBundle.reference("concert", query, embedder.embed("concert", query).vector()));
    }
    return references;
  }

  private Report replay(List<Reference> references, Flaw flaw) {
    try (var embedder = embedder(flaw)) {
      return Replay.run(embedder.engine(), references, LIMITS, Progress.SILENT);
    }
  }

  @Test
  void soundModelPassesUnderEveryVariation() {
    Report report = replay(references(), (_, _) -> {});
    assertThat(report.failures()).isEmpty();
    assertThat(report.outputs().getFirst().figures().texts()).isEqualTo(25);
    assertThat(report.outputs().getFirst().invariance()).containsOnlyKeys(Variation.values());
    report.requirePass();
  }

  @Test
  void wrongVectorFailsWithTextAndValue() {
    var references = new ArrayList<>(references());
    var wrong = references.get(3);
    float[] vector = wrong.values().clone();
    vector[2] += 2e-5f;
    references.set(3, new Reference(wrong.input(), wrong.output(), vector));
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
      float[] vector = reference.values().clone();
      for (int i = 0; i < vector.length; i++) {
        vector[i] = vector[i] * 10 + 5e-5f;
      }
      references.add(new Reference(reference.input(), raw.outputs().getFirst(), vector));
    }
    assertThat(replay(references, tenfold).failures()).isEmpty();
  }

  private static List<Output> allOutputs() {
    return List.of(
        TinyBundle.embedding(),
        new Output.Sparse(SparseStrategy.MAX, Saturation.ONCE, TinyModel.ENTRIES),
        new Output.Lexical("sparse_linear", List.of()),
        new Output.MultiVector(
            List.of(new Step.Normalize()),
            TinyModel.HIDDEN,
            1,
            new TokenRole(16, Expansion.UNATTENDED, 5, List.of()),
            TokenRole.plain(48)),
        new Output.Score(
            List.of("a", "b", "c"),
            ScoreActivation.SIGMOID,
            new Pairing.Template(),
            new ScoreHead.Classifier()));
  }

  /// What the sound model says of a few texts and pairs.
  private List<Reference> everyOutput(Engine engine) {
    var references = new ArrayList<Reference>();
    var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
    for (var output : engine.pipeline().outputs()) {
      var inputs = new ArrayList<Input>();
      for (int words = 0; words < 12; words++) {
        String text = "the orchestra tuned ".repeat(words) + "concert";
        inputs.add(
            output instanceof Output.Score
                ? Input.of(new TextPair("concert " + words, text))
                : new Input.Text(text, new Prompt.Default(), Role.QUERY));
      }
      List<float[]> values = engine.values(inputs, output, task);
      for (int i = 0; i < inputs.size(); i++) {
        references.add(new Reference(inputs.get(i), output, values.get(i)));
      }
    }
    return references;
  }

  private void giveAllOutputs() {
    files =
        new ModelFiles(
            files.folder(),
            files.model(),
            TinyBundle.giving(allOutputs().toArray(Output[]::new)),
            files.chain());
  }

  @Test
  void everyOutputIsHeldAgainstItsOwnLimits() {
    giveAllOutputs();
    try (var embedder = embedder((_, _) -> {})) {
      var references = everyOutput(embedder.engine());
      var report = Replay.run(embedder.engine(), references, LIMITS, Progress.SILENT);
      assertThat(report.failures()).isEmpty();
      assertThat(report.outputs())
          .hasSize(5)
          .allSatisfy(measured -> {
            assertThat(measured.figures().texts()).isEqualTo(12);
            assertThat(measured.figures().maxAbs()).isLessThan(1e-6);
            assertThat(measured.invariance()).containsOnlyKeys(Variation.values());
            assertThat(measured.toSteadiness().limits())
                .isEqualTo(LIMITS.get(measured.output().port()));
          });
      assertThat(report.outputs().get(3).figures()).isInstanceOf(Figures.Vectors.class);
      assertThat(report.outputs().get(4).figures()).isInstanceOf(Figures.Scores.class);
    }
  }

  @Test
  void failureOfOneOfSeveralOutputsNamesIt() {
    giveAllOutputs();
    try (var embedder = embedder((_, _) -> {})) {
      var references = new ArrayList<>(everyOutput(embedder.engine()));
      var wrong = references.get(38);
      float[] values = wrong.values().clone();
      values[TinyModel.HIDDEN * 2 + 1] += 1e-3f;
      references.set(38, new Reference(wrong.input(), wrong.output(), values));
      var pair = references.get(50);
      float[] logits = pair.values().clone();
      logits[1] += 1e-2f;
      references.set(50, new Reference(pair.input(), pair.output(), logits));
      var failures = Replay.run(embedder.engine(), references, LIMITS, Progress.SILENT).failures();
      assertThat(failures)
          .anySatisfy(failure ->
              assertThat(failure).startsWith("token_embeddings: The largest difference is 0.001"))
          .anySatisfy(failure ->
              assertThat(failure)
                  .startsWith("token_embeddings: The first text that differs is number 39, \"the")
                  .contains("at value 1 of token 3: expected "))
          .anySatisfy(failure ->
              assertThat(failure)
                  .startsWith(
                      "logits: The first text that differs is number 51, \"concert 2 | the"))
          .noneSatisfy(failure -> assertThat(failure).startsWith("token_weights"));
    }
  }

  @Test
  void ordersThatDifferFailAScore() {
    giveAllOutputs();
    try (var embedder = embedder((_, _) -> {})) {
      var logits = everyOutput(embedder.engine()).subList(48, 60);
      var swapped = new ArrayList<Reference>();
      for (int i = 0; i < logits.size(); i++) {
        swapped.add(
            new Reference(
                logits.get(i).input(),
                logits.get(i).output(),
                logits.get(logits.size() - 1 - i).values()));
      }
      assertThat(Replay.run(embedder.engine(), swapped, LIMITS, Progress.SILENT).failures())
          .anySatisfy(failure ->
              assertThat(failure)
                  .startsWith("Of all pairs ")
                  .endsWith(" % stand in the same order, at least 100.0 % are needed."));
    }
  }

  @Test
  void referencesOfOtherTokensAndOutputsWithoutLimitsAreRefused() {
    giveAllOutputs();
    try (var embedder = embedder((_, _) -> {})) {
      var engine = embedder.engine();
      var whole = everyOutput(engine).get(36);
      var shorter =
          List.of(new Reference(whole.input(), whole.output(), new float[TinyModel.HIDDEN]));
      assertThatThrownBy(() -> Replay.run(engine, shorter, LIMITS, Progress.SILENT))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
          .hasMessage(
              """
              Reference 1 has 4 values for token_embeddings, the model gives 64.
              The text was given to the model with other tokens.
              Check prompt, role and limit of the references.\
              """);
      assertThatThrownBy(
              () -> Replay.run(engine, List.of(whole), TinyBundle.LIMITS, Progress.SILENT))
          .hasMessage(
              """
              There are references for token_embeddings, but no limits.
              Limits are known for [sentence_embedding].
              Convert the model again.\
              """);
    }
  }
}
