package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.embed.Prompt;
import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.problem.Problem;
import dev.embark.target.coreml.MilOpset;
import dev.embark.testing.Fixture;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Checkpoint folder to Core ML package and back to vectors, held against the reference
/// implementation.
final class CoreMlConversionTest {
  private static final int SEQUENCE = 128;

  @TempDir static Path cache;
  @TempDir Path folder;

  private static Recipe recipe(String name, Precision precision) {
    return Recipe.coreMl(precision, Target.CoreMl.of(name, MilOpset.COREML7), List.of(SEQUENCE));
  }

  private Path convert(String name, Precision precision) {
    return Trial.of(Fixture.of(name).folder())
        .with(recipe(name, precision))
        .convert(folder.resolve("b"), cache)
        .folder();
  }

  @ParameterizedTest
  @CsvSource({
    "bert-mean, FP32, 1e-5",
    "bert-mean, FP16, 2e-3",
    "bert-mean, INT8_WEIGHTS, 5e-2",
    "bge-m3-like, FP32, 1e-5",
    "distilbert-mean, FP16, 2e-3",
    "gemma3-bidir-mean-dense2-bf16, FP32, 1e-5",
    "gemma3-bidir-mean-dense2-bf16, FP16, 2e-3",
    "modernbert-cls, FP32, 1e-5",
    "mpnet-mean, FP32, 1e-5",
    "mpnet-mean, FP16, 2e-3",
    "qwen3-lasttoken-bf16-sharded, FP32, 1e-5",
    "qwen3-lasttoken-bf16-sharded, FP16, 2e-3",
    "t5-encoder-mean-dense, FP32, 1e-5",
    "xlmroberta-mean-fp16, FP32, 1e-5"
  })
  void thePackageAnswersAsTheOriginal(String name, Precision precision, float limit) {
    var bundle = convert(name, precision);

    var answers = Fixture.of(name).answers();
    try (var model = Trial.open(bundle, cache)) {
      assertThat(model.notices()).isEmpty();
      var embeddings = model.embedder().embed(answers.texts(), new Prompt.None());
      for (int i = 0; i < embeddings.size(); i++) {
        assertThat(Fixtures.difference(embeddings.get(i).vector(), answers.embeddings()[i]))
            .as("text %d", i)
            .isLessThan(limit);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nli-bert-3labels",
        "reranker-bert",
        "reranker-distilbert",
        "reranker-electra",
        "reranker-modernbert",
        "reranker-roberta",
        "reranker-xlmroberta"
      })
  void crossEncodersGiveScores(String name) {
    var bundle = convert(name, Precision.FP32);

    try (var arena = Arena.ofConfined()) {
      var file = bundle.resolve("coreml/" + name + MlPackage.EXTENSION);
      var signature = MlPackage.open(file, arena).model().description().main();
      assertThat(signature.outputs()).extracting(Feature::name).containsExactly("score");
      assertThat(signature.inputs())
          .extracting(Feature::name)
          .startsWith("input_ids", "attention_mask")
          .hasSize(name.contains("bert-3") || isTyped(name) ? 3 : 2);
    }
  }

  private static boolean isTyped(String name) {
    return List.of("reranker-bert", "reranker-electra").contains(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"colbert-bert", "deberta-v2-mean", "splade-bert"})
  void whatAPackageCannotSayIsRefused(String name) {
    assertThatThrownBy(() -> convert(name, Precision.FP32))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Problem.Category.UNSUPPORTED));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void precisionsThatDevicesGetWrongAreRefused() {
    assertThatThrownBy(() -> convert("bert-mean", Precision.INT4))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("int4")
        .hasMessageContaining("int8-weights");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theLengthIsThatOfTheModelWhereThatIsLess() {
    var bundle = convert("bert-mean", Precision.FP32);

    try (var model = Trial.open(bundle, cache)) {
      assertThat(model.embedder().pipeline().maxTokens()).isEqualTo(64);
    }
  }

  /// A package for each length before iOS 18, and one for all from there on; of lengths beyond the
  /// model's own, that one.
  @ParameterizedTest
  @EnumSource(
      value = MilOpset.class,
      names = {"COREML7", "COREML8"})
  void eachTextIsFilledUpToTheNextBucket(MilOpset opset) {
    var target = Target.CoreMl.of("bert-mean", opset);
    var bundle =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(Recipe.coreMl(Precision.FP32, target, List.of(16, 32, 512)))
            .convert(folder.resolve("b"), cache)
            .folder();

    assertThat(bundle.resolve("coreml").toFile().list())
        .containsExactlyInAnyOrder(
            opset == MilOpset.COREML8
                ? new String[] {"EmbarkKit", "app.json", "bert-mean.mlpackage"}
                : new String[] {
                  "EmbarkKit",
                  "app.json",
                  "bert-mean-16.mlpackage",
                  "bert-mean-32.mlpackage",
                  "bert-mean-64.mlpackage"
                });
    var answers = Fixture.of("bert-mean").answers();
    try (var model = Trial.open(bundle, cache)) {
      assertThat(model.notices()).isEmpty();
      var embeddings = model.embedder().embed(answers.texts(), new Prompt.None());
      for (int i = 0; i < embeddings.size(); i++) {
        assertThat(Fixtures.difference(embeddings.get(i).vector(), answers.embeddings()[i]))
            .as("text %d", i)
            .isLessThan(1e-5f);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "maven:dev.langchain4j:langchain4j-embeddings-bge:1.0, langchain4j-embeddings-bge",
    "BAAI/bge-small-en@main, bge-small-en",
    "models/minilm/, minilm",
    "./minilm/model.onnx, model",
    "., model"
  })
  void packagesHaveTheNameOfTheModel(String reference, String name) {
    assertThat(Target.CoreMl.of(reference, MilOpset.COREML7).name()).isEqualTo(name);
  }
}
