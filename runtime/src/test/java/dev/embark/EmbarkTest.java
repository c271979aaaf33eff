package dev.embark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.TinyModel;
import dev.embark.backend.table.Mean;
import dev.embark.backend.table.TableBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Output.ScoreActivation;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.bundle.Step;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.Ranked;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.embed.TinyBundle;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.verify.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbarkTest {
  @TempDir static Path cache;
  @TempDir Path folder;
  private Path bundle;

  @BeforeEach
  void writeBundle() {
    bundle = folder.resolve("minilm");
    TinyBundle.write(bundle, TinyBundle.pipeline(), List.of());
  }

  private static Embark.Options options() {
    return options(new WantedVariant.Preferred());
  }

  private static Embark.Options options(WantedVariant variant) {
    return new Embark.Options(
        EmbedSettings.defaults().withCallers(1),
        variant,
        Devices.OF_THIS_MACHINE,
        cache,
        Progress.SILENT);
  }

  /// The example of the class's documentation, with other options.
  @Test
  void exampleOfTheDocumentationRuns() {
    try (var model = Embark.open(bundle, options())) {
      float[] cat = model.embed("A cat sits on the mat.");
      List<float[]> others = model.embed(List.of("A dog barks.", "Rain falls."));
      assertThat(cat).hasSize(model.dimension()).hasSize(TinyModel.HIDDEN);
      assertThat(others).hasSize(2);
    }
  }

  @Test
  void queriesAndDocumentsHaveTheirPrompts() {
    try (var model = Embark.open(bundle, options())) {
      assertThat(model.embedQuery("tuned"))
          .isEqualTo(model.embed("concert began: tuned"))
          .isNotEqualTo(model.embed("tuned"));
      assertThat(model.embedDocuments(List.of("tuned")).getFirst())
          .isEqualTo(model.embed("the orchestra tuned"))
          .isEqualTo(model.embedder().embed("tuned", new Prompt.Named("document")).vector());
    }
  }

  @Test
  void missingRoleIsLoggedOnce() {
    var records = new ArrayList<String>();
    var logger = Logger.getLogger(Embark.class.getName());
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            records.add(record.getLevel() + " " + record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try (var model = Embark.open(bundle, options())) {
      model.embedQuery("tuned");
      assertThat(records).isEmpty();
      model.embed("tuned");
      model.embed(List.of("tuned"));
      assertThat(records)
          .containsExactly(
              "WARNING The model has prompts for queries and documents, and none was used: say"
                  + " which of the two the texts are.");
    } finally {
      logger.removeHandler(handler);
    }
  }

  private static Output.Score score() {
    return new Output.Score(
        List.of("a", "b", "c"),
        ScoreActivation.IDENTITY,
        new Pairing.Template(),
        new ScoreHead.Classifier());
  }

  private static Output.MultiVector vectors() {
    return new Output.MultiVector(
        List.of(new Step.Normalize()),
        TinyModel.HIDDEN,
        0,
        TokenRole.plain(32),
        TokenRole.plain(32));
  }

  @Test
  void documentsAreRanked() {
    Path folder = this.folder.resolve("colbert");
    TinyBundle.write(folder, TinyBundle.giving(vectors()), List.of());
    try (var model = Embark.open(folder, options())) {
      var ranked = model.rerank("the concert", List.of("a dog", "the concert"));
      assertThat(ranked).extracting(Ranked::index).containsExactlyInAnyOrder(0, 1);
      assertThat(ranked.getFirst().value()).isGreaterThanOrEqualTo(ranked.getLast().value());
      assertThat(model.score("the concert", "a dog"))
          .isIn(ranked.getFirst().value(), ranked.getLast().value());
    }
    try (var model = Embark.open(bundle, options())) {
      assertThatThrownBy(() -> model.rerank("x", List.of("y")))
          .hasMessageStartingWith("The model gives no scores of pairs of texts.");
    }
  }

  @Test
  void variantThatCannotRunHereGivesWayToTheNext() {
    var npu = Chain.ofOneFile("npu", "hailo", TinyBundle.ONNX);
    Path folder = this.folder.resolve("chains");
    TinyBundle.write(folder, TinyBundle.pipeline(), List.of(), List.of(npu, TinyBundle.CHAIN));
    try (var model = Embark.open(folder, options())) {
      assertThat(model.embed("tuned")).hasSize(TinyModel.HIDDEN);
      assertThat(model.notices())
          .contains(
              folder
                  + " runs its variant \"onnx\", because \"npu\" cannot run here: There is no runtime"
                  + " \"hailo\".");
    }
    Path none = this.folder.resolve("none");
    TinyBundle.write(none, TinyBundle.pipeline(), List.of(), List.of(npu));
    assertThatThrownBy(() -> Embark.open(none, options()))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNSUPPORTED))
        .hasMessage(
            """
            There is no runtime "hailo".
            This Embark has [coreml, onnxruntime, rknn, sophon, table].
            Convert the model with --to onnx.\
            """);
  }

  @Test
  void variantIsTheOneAskedFor() {
    var other = Chain.ofOneFile("other", "onnxruntime", TinyBundle.ONNX);
    Path folder = this.folder.resolve("variants");
    TinyBundle.write(folder, TinyBundle.pipeline(), List.of(), List.of(TinyBundle.CHAIN, other));
    try (var model = Embark.open(folder, options())) {
      assertThat(model.variant().name()).isEqualTo("onnx");
    }
    var wanted = WantedVariant.of(Map.of("EMBARK_VARIANT", " ", "PATINA_MODEL", "other"));
    try (var model = Embark.open(folder, options(wanted))) {
      assertThat(model.variant().name()).isEqualTo("other");
      assertThat(model.embed("tuned")).hasSize(TinyModel.HIDDEN);
    }
    var absent = WantedVariant.of(Map.of("EMBARK_VARIANT", "int8", "PATINA_MODEL", "other"));
    assertThatThrownBy(() -> Embark.open(folder, options(absent)))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessage(
            folder
                + """
                 has no variant "int8", which EMBARK_VARIANT asks for.
                It has [onnx, other].
                Name one of these, or convert the model again with --precision int8 among others.\
                """);
  }

  @Test
  void backendsAreTriedInTheOrderThatIsNamed() {
    var npu = Chain.ofOneFile("npu", "rknn", TinyBundle.ONNX);
    Path folder = this.folder.resolve("backends");
    TinyBundle.write(folder, TinyBundle.pipeline(), List.of(), List.of(TinyBundle.CHAIN, npu));

    var order = new WantedVariant.OfBackends(List.of("rknn", "onnxruntime"));
    try (var model = Embark.open(folder, options(order))) {
      assertThat(model.variant().name()).isEqualTo("onnx");
      assertThat(model.notices())
          .anySatisfy(
              notice -> assertThat(notice).contains("\"npu\" cannot run here", "librknnrt"));
    }
    assertThatThrownBy(
            () -> Embark.open(folder, options(new WantedVariant.OfBackends(List.of("rknn")))))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE));
    assertThatThrownBy(
            () -> Embark.open(folder, options(new WantedVariant.OfBackends(List.of("coreml")))))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessageContaining("It is for onnxruntime, rknn.");
  }

  @Test
  void fileWithoutTheOutputsOfThePipelineIsRefused() {
    Path table = this.folder.resolve("table.safetensors");
    Safetensors.write(
        table,
        Map.of(TableBackend.TENSOR, Tensor.of(Shape.of(760, 4), new float[760 * 4])),
        Mean.LENGTH_ONE.toMetadata());
    var chain = Chain.ofOneFile("static", TableBackend.NAME, table.toString());
    var files = ModelFiles.of(Bundle.open(bundle), chain);
    var settings = EmbedSettings.defaults();
    try (var engine = Engine.open(files, new TableBackend(), settings)) {
      assertThat(new Embedder(engine).embed("tuned", new Prompt.None()).vector())
          .containsExactly(0, 0, 0, 0);
    }
    var scores = new ModelFiles(files.folder(), files.model(), TinyBundle.giving(score()), chain);
    assertThatThrownBy(() -> Engine.open(scores, new TableBackend(), settings))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNSUPPORTED))
        .hasMessage(
            table
                + """
                 takes [attention_mask, input_ids] and gives [sentence_embedding].
                Embark runs models that take [attention_mask, input_ids, token_type_ids] (the last if\
                 they use it), and expects this one to give [logits].
                Convert the original checkpoint with Embark.\
                """);
  }

  @Test
  void proofOfEveryOutputIsRepeatedOnTheFirstUse() {
    Path folder = this.folder.resolve("proven");
    var pipeline = TinyBundle.giving(vectors(), score());
    TinyBundle.write(folder, pipeline, List.of());
    var references = new ArrayList<Reference>();
    try (var model = Embark.open(folder, options())) {
      var engine = model.embedder().engine();
      var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
      List<Input> texts = List.of(new Input.Text("concert", new Prompt.None(), Role.QUERY));
      List<Input> pairs = List.of(Input.of(new TextPair("concert", "tuned")));
      references.add(
          new Reference(
              texts.getFirst(), vectors(), engine.values(texts, vectors(), task).getFirst()));
      references.add(
          new Reference(pairs.getFirst(), score(), engine.values(pairs, score(), task).getFirst()));
    }
    Path sound = this.folder.resolve("sound");
    TinyBundle.write(sound, pipeline, references);
    try (var model = Embark.open(sound, options())) {
      assertThat(model.notices()).isEmpty();
    }
    references.set(1, new Reference(references.get(1).input(), score(), new float[] {1, 2, 3}));
    Path wrong = this.folder.resolve("wrong");
    TinyBundle.write(wrong, pipeline, references);
    assertThatThrownBy(() -> Embark.open(wrong, options()))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED))
        .hasMessageContaining("logits: The largest difference is ");
  }

  @Test
  void skippedVerificationIsANotice() {
    try (var model = Embark.open(bundle, options())) {
      assertThat(model.notices())
          .singleElement()
          .asString()
          .contains("was converted with --skip-verification");
      assertThat(model.manifest().model().family()).isEqualTo("Tiny");
    }
  }

  @Test
  void folderThatIsNoBundleIsRefused() {
    assertThatThrownBy(() -> Embark.open(folder, options()))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith(folder + " is not a bundle");
  }
}
