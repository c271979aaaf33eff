package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.convert.Conversion.Trust;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.coreml.MilOpset;
import dev.embark.target.onnx.Flavor;
import dev.embark.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Conversions that must not end in a bundle: wrong ones, contradicted ones, and those that have
/// nowhere to go. Each leaves the place of its output as it was.
final class FailedConversionTest {
  private static final String UNTRUE = "FAIL: the vectors are not those of the original.";

  @TempDir static Path cache;
  @TempDir Path outputs;
  @TempDir Path inputs;

  static Stream<Arguments> everyMistakeInEveryFlavor() {
    return Arrays.stream(Mistake.values())
        .filter(mistake -> mistake != Mistake.POSITIONS_BEYOND_THE_TABLE)
        .flatMap(it -> Arrays.stream(Flavor.values()).map(flavor -> Arguments.of(it, flavor)));
  }

  @ParameterizedTest
  @MethodSource("everyMistakeInEveryFlavor")
  void aWrongConversionIsCaught(Mistake mistake, Flavor flavor) {
    var recipe = Recipe.onnx(flavor).withFirst(mistake);

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()).with(recipe));

    requireFail(problem, UNTRUE);
    assertThat(problem.why())
        .containsPattern(
            "The first text that differs is number \\d+, \".*\", at value \\d+: expected .*, got ");
    assertThat(problem.remedy())
        .isEqualTo("Report it with the name of the checkpoint; the bundle was not written.");
    assertThat(problem.why())
        .containsPattern(
            "Inside the model the first value that differs is "
                + Pattern.quote(firstDifference(mistake, flavor))
                + " \\[1, \\d+, \\d+] at \\d+: expected .*, got .*\\.$");
  }

  /// What was to stand in for a device is no answer to who asked for the device.
  @Test
  void oneTargetIsNotServedByAnother() {
    var packaged = Target.CoreMl.of("bert-mean", MilOpset.COREML7);
    var wrong =
        Recipe.coreMl(Precision.FP32, packaged, List.of(64)).withFirst(Mistake.SWAPPED_WEIGHTS);

    var problem =
        failure(
            Trial.of(Fixture.of("bert-mean").folder()).with(wrong, Recipe.onnx(Flavor.PORTABLE)));

    requireFail(problem, UNTRUE);
  }

  /// Returns the value in which a mistake shows first: the one that its pass has changed.
  private static String firstDifference(Mistake mistake, Flavor flavor) {
    return switch (mistake) {
      case SWAPPED_WEIGHTS ->
          switch (flavor) {
            case PORTABLE -> "encoder.layer.0.attention.self.query";
            // Query, key and value are one operator with the attention here.
            case ORT -> "encoder.layer.0.attention.self.attention";
          };
      case GELU_BY_TANH, RELU_FOR_GELU -> "encoder.layer.0.intermediate.dense.gelu";
      case SHIFTED_POSITIONS -> "embeddings.position_embeddings";
      case DROPPED_MASK -> "encoder.layer.0.attention.self.attention";
      case OTHER_EPSILON -> "embeddings.LayerNorm";
      case POSITIONS_BEYOND_THE_TABLE -> throw new IllegalArgumentException("does not run");
    };
  }

  @Test
  void theFailureQuotesTheTextAndTheFirstValue() {
    var recipe = Recipe.onnx(Flavor.PORTABLE).withFirst(Mistake.GELU_BY_TANH);

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()).with(recipe));

    // The empty text is the first probe; the interpreter's value does not depend on the machine.
    assertThat(problem.why())
        .contains("The first text that differs is number 1, \"\", at value 0: expected -0.0433132");
  }

  @Test
  void aFileThatTheRuntimeCannotRunIsAFailure() {
    var recipe = Recipe.onnx(Flavor.PORTABLE).withFirst(Mistake.POSITIONS_BEYOND_THE_TABLE);

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()).with(recipe));

    requireFail(problem, "FAIL: the converted model does not run on the texts of the proof.");
    assertThat(problem.why()).contains("position_embeddings");
  }

  @Test
  void wrongPoolingIsCaughtByReferenceVectors() throws IOException {
    var checkpoint = Fixtures.copy("bert-mean", inputs);
    Fixtures.poolBy("cls", checkpoint);
    var vectors = inputs.resolve("vectors.jsonl");
    Fixtures.writeVectors(vectors, Fixture.of("bert-mean").answers());

    var problem = failure(Trial.of(checkpoint).with(vectors));

    requireFail(problem, "FAIL: the vectors are not those in vectors.jsonl.");
    assertThat(problem.why()).contains("The first text that differs is number 1, ");
    assertThat(problem.remedy())
        .isEqualTo(
            "Check that the file was made with this checkpoint, its prompts and its pooling"
                + " (embark inspect shows them).");
  }

  @Test
  void oneWrongValueInAReferenceFileIsNamed() {
    var answers = Fixture.of("bert-mean").answers();
    answers.embeddings()[3][7] += 0.001f;
    var vectors = inputs.resolve("vectors.jsonl");
    Fixtures.writeVectors(vectors, answers);

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()).with(vectors));

    requireFail(problem, "FAIL: the vectors are not those in vectors.jsonl.");
    assertThat(problem.why())
        .startsWith("The largest difference is 0.00100, allowed is 1.00e-05.")
        .contains("The first text that differs is number 4, ", " at value 7: expected ");
  }

  @Test
  void referenceVectorsOfAnotherLengthAreRefused() {
    var vectors = inputs.resolve("vectors.jsonl");
    Fixtures.writeVectors(vectors, Fixture.of("bert-max-nonorm").answers());

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()).with(vectors));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo(vectors + " line 1 has 48 values, the model's vectors have 32.");
  }

  @Test
  void aBrokenReferenceFileIsRefused() throws IOException {
    var vectors = Files.writeString(inputs.resolve("vectors.jsonl"), "{\"text\": \"cut off");

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()).with(vectors));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what()).contains(vectors + " line 1");
  }

  @Test
  void aMissingReferenceFileIsRefused() {
    var vectors = inputs.resolve("missing.jsonl");

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()).with(vectors));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what()).isEqualTo("Cannot read " + vectors + ".");
  }

  @Test
  void aModelUnderAnothersNameDoesNotMeetItsPublishedAnswers() {
    var described = Fixtures.describe(Fixture.of("bert-mean").folder());
    var trial =
        Trial.of(
            "bert-mean", Fixtures.knownAs("sentence-transformers/all-MiniLM-L6-v2", described));

    var problem = failure(trial);

    assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED);
    assertThat(problem.what())
        .startsWith(
            "FAIL: \"The weather is lovely today.\" and \"It's so sunny outside!\" have cosine ")
        .endsWith(", published is 0.66600 ± 0.00010.");
    assertThat(problem.why())
        .isEqualTo(
            "The published answers of sentence-transformers/all-MiniLM-L6-v2 (README of"
                + " sentence-transformers) are not met.");
    assertThat(problem.remedy()).isEqualTo("Check that the checkpoint is the published one.");
  }

  @ParameterizedTest
  @EnumSource
  void aTokenizerOfAnotherModelIsRefused(Trust trust) throws IOException {
    var checkpoint = Fixtures.copy("bert-mean", inputs);
    var tokenizer = checkpoint.resolve("tokenizer.json");
    var text = Files.readString(tokenizer);
    Files.writeString(
        tokenizer, text.replaceFirst("\"vocab\": *\\{", "\"vocab\": {\"embark\": 764,"));

    var problem = failure(Trial.of(checkpoint).with(trust));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo("The tokenizer has token id 764, the model has 764 token embeddings.");
  }

  @Test
  void anOutputThatExistsIsLeftAlone() throws IOException {
    var target = Files.createDirectory(outputs.resolve("bundle"));

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()), target);

    assertThat(problem.category()).isEqualTo(Category.UNWRITABLE);
    assertThat(problem.category().exitCode()).isEqualTo(8);
    assertThat(problem)
        .hasMessage(
            target
                + " exists already.\nEmbark never writes over anything.\n"
                + "Choose another name with -o, or remove it first.");
  }

  @Test
  void anOutputBelowAFileCannotBeWritten() throws IOException {
    var file = Files.writeString(outputs.resolve("file"), "kept");
    var target = file.resolve("bundle");

    var problem = failure(Trial.of(Fixture.of("bert-mean").folder()), target);

    assertThat(problem.category()).isEqualTo(Category.UNWRITABLE);
    assertThat(problem.what()).isEqualTo("Cannot write " + target + ".");
    assertThat(file).hasContent("kept");
  }

  private Problem failure(Trial trial) {
    return failure(trial, outputs.resolve("made/on/the/way/bundle"));
  }

  /// Runs a conversion that must fail, and requires that it leaves nothing.
  private Problem failure(Trial trial, Path target) {
    var before = contents(outputs);
    try {
      trial.convert(target, cache);
    } catch (Problem e) {
      assertThat(contents(outputs)).isEqualTo(before);
      return e;
    }
    throw new AssertionError(target + " was written");
  }

  private static List<Path> contents(Path folder) {
    try (var all = Files.walk(folder)) {
      return all.sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void requireFail(Problem problem, String what) {
    assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED);
    assertThat(problem.category().exitCode()).isEqualTo(5);
    assertThat(problem.what()).isEqualTo(what);
  }
}
