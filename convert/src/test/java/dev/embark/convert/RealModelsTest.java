package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.Embark;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.embed.Prompt;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.Flavor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Models that people use, held against what sentence-transformers computes and what their authors
/// have published. Fetches Maven artifacts: `mvn verify -Preal`.
@Tag("real")
final class RealModelsTest {
  private static final float GOLDEN = 2e-6f;

  /// LangChain4j cuts or splits longer texts in ways of its own.
  private static final int OTHERS_TOKENS_MAX = 100;

  private static final int OTHERS_TEXTS = 50;

  @TempDir static Path cache;
  @TempDir Path folder;

  static Stream<Arguments> everyModelInEveryFlavor() {
    return Arrays.stream(RealModel.values())
        .flatMap(it -> Arrays.stream(Flavor.values()).map(flavor -> Arguments.of(it, flavor)));
  }

  @ParameterizedTest
  @MethodSource("everyModelInEveryFlavor")
  void answersAsTheOriginalAndRunsElsewhere(RealModel model, Flavor flavor) throws IOException {
    var bundle = model.trial().with(Recipe.onnx(flavor)).convert(folder.resolve("b"), cache);

    requirePublished(bundle.manifest().preferred().proof());
    try (var ours = Trial.open(bundle.folder(), cache)) {
      requireIds(ours, model);
      var furthest = requireVectors(ours, model);
      var theirs =
          LangChain4j.requireAgreement(ours, bundle.folder(), model.pooling(), shortTexts(ours));
      System.out.printf(
          Locale.ROOT,
          "%s %s: 200 texts, ids equal, max abs %.3g; LangChain4j, smallest cosine %.9f; %s%n",
          model,
          flavor,
          furthest,
          theirs,
          bundle.manifest().preferred().proof());
    }
  }

  /// The conversion has compared; this sees that it has.
  private static void requirePublished(Proof proof) {
    assertThat(proof)
        .isInstanceOfSatisfying(
            Proof.Proven.class,
            proven ->
                assertThat(proven.witnesses())
                    .extracting(Testimony::witness)
                    .contains("interpreter", "published"));
  }

  private static void requireIds(Embark ours, RealModel model) throws IOException {
    var texts = RealModel.texts();
    var expected = model.ids();
    assertThat(texts).hasSameSizeAs(expected).hasSize(200);
    for (int i = 0; i < expected.length; i++) {
      var encoded = ours.embedder().encode(texts.get(i), new Prompt.Default());
      assertThat(IntStream.range(0, encoded.length()).mapToLong(encoded::id).toArray())
          .as("ids of text %d", i)
          .isEqualTo(expected[i]);
    }
  }

  private static float requireVectors(Embark ours, RealModel model) throws IOException {
    var vectors = ours.embed(RealModel.texts());
    var expected = model.embeddings();
    float max = 0;
    for (int i = 0; i < expected.length; i++) {
      var difference = Fixtures.difference(vectors.get(i), expected[i]);
      assertThat(difference).as("vector of text %d", i).isLessThan(GOLDEN);
      max = Math.max(max, difference);
    }
    return max;
  }

  /// The figures of docs/verification.md for 8 bits, and what the usual recipe makes of them.
  @ParameterizedTest
  @EnumSource(RealModel.class)
  void eightBitsKeepWhatTheUsualRecipeLoses(RealModel model) throws IOException {
    var ours =
        model
            .trial()
            .with(Recipe.of(Precision.INT8, Precision.INT8.usualFlavor()))
            .convert(folder.resolve("int8"), cache);

    var theirs =
        ForeignFile.judge(
            model.dynamicFile(),
            ours,
            Optional.empty(),
            OnnxRuntimeBackend.load(cache),
            Progress.SILENT);

    assertThat(theirs.precision()).isEqualTo(Precision.INT8);
    assertThat(theirs.report().failures())
        .anyMatch(failure -> failure.startsWith("The smallest cosine is "))
        .anyMatch(failure -> failure.startsWith("A change of batch "));
    assertThat(theirs.notes()).anyMatch(note -> note.contains("DynamicQuantizeLinear"));
    System.out.println(model + " int8: " + ours.manifest().preferred().proof());
    System.out.println(model + " -q: " + theirs.report().failures());
  }

  private static List<String> shortTexts(Embark ours) throws IOException {
    return RealModel.texts().stream()
        .filter(text -> !text.isBlank())
        .filter(text ->
            ours.embedder().encode(text, new Prompt.Default()).untruncatedLength()
                <= OTHERS_TOKENS_MAX)
        .limit(OTHERS_TEXTS)
        .toList();
  }
}
