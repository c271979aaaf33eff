package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.FileDigest;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.bundle.Variation;
import dev.embark.convert.Conversion.Machine;
import dev.embark.convert.Conversion.Order;
import dev.embark.convert.Conversion.Trust;
import dev.embark.embed.Embedder;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Input;
import dev.embark.embed.Prompt;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference;
import dev.embark.target.onnx.Flavor;
import dev.embark.testing.Fixture;
import dev.embark.tokenize.Side;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Checkpoint folder to vectors, the whole road, held against the reference implementation.
final class ConversionTest {
  private static final float GOLDEN = 2e-5f;
  private static final float INVARIANCE = 1e-6f;

  @TempDir static Path cache;
  @TempDir Path folder;

  static Stream<Arguments> everyFixtureInEveryFlavor() {
    return Arrays.stream(Fixtures.ALL_BERT)
        .flatMap(name -> Arrays.stream(Flavor.values()).map(flavor -> Arguments.of(name, flavor)));
  }

  @ParameterizedTest
  @MethodSource("everyFixtureInEveryFlavor")
  void theBundleAnswersAsTheOriginal(String name, Flavor flavor) {
    var fixture = Fixture.of(name);
    var bundle =
        Trial.of(fixture.folder()).with(Recipe.onnx(flavor)).convert(folder.resolve("b"), cache);

    try (var model = Trial.open(bundle.folder(), cache)) {
      assertThat(model.notices()).isEmpty();
      requireAnswers(model.embedder(), fixture.answers(), new Prompt.Default());
      for (var prompted : fixture.prompted()) {
        requireAnswers(model.embedder(), prompted, new Prompt.Named(prompted.prompt()));
      }
    }
  }

  private static void requireAnswers(Embedder model, Fixture.Answers expected, Prompt prompt) {
    var texts = expected.texts();
    for (int i = 0; i < texts.size(); i++) {
      assertThat(ids(model.encode(texts.get(i), prompt)))
          .as("ids of text %d under %s", i, prompt)
          .isEqualTo(expected.ids()[i]);
    }
    var embeddings = model.embed(texts, prompt);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(Fixtures.difference(embeddings.get(i).vector(), expected.embeddings()[i]))
          .as("vector of text %d under %s", i, prompt)
          .isLessThan(GOLDEN);
    }
  }

  private static long[] ids(EncodedText text) {
    return IntStream.range(0, text.length()).mapToLong(text::id).toArray();
  }

  @ParameterizedTest
  @MethodSource("everyFixtureInEveryFlavor")
  void companyDoesNotChangeAVector(String name, Flavor flavor) {
    var fixture = Fixture.of(name);
    var bundle =
        Trial.of(fixture.folder()).with(Recipe.onnx(flavor)).convert(folder.resolve("b"), cache);
    var texts = fixture.answers().texts();

    try (var model = Trial.open(bundle.folder(), cache)) {
      var alone = texts.stream().map(model::embed).toList();
      requireEqual(alone, model.embed(texts), "in one call");
      requireEqual(alone, model.embed(texts.reversed()).reversed(), "in reverse order");
      for (var text : texts) {
        var neighbors = List.of(texts.getFirst(), text, texts.getLast());
        requireEqual(
            List.of(model.embed(text)), List.of(model.embed(neighbors).get(1)), "between others");
      }
      int longest = model.embedder().pipeline().maxTokens();
      var together =
          model
              .embedder()
              .engine()
              .valuesTogether(
                  texts.stream().map(text -> Input.of(text, new Prompt.Default())).toList(),
                  model.embedder().pipeline().embedding().orElseThrow(),
                  longest,
                  Side.RIGHT);
      requireEqual(alone, together, "in one batch");
    }
  }

  private static void requireEqual(List<float[]> expected, List<float[]> actual, String how) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(Fixtures.difference(actual.get(i), expected.get(i)))
          .as("text %d %s", i, how)
          .isLessThanOrEqualTo(INVARIANCE);
    }
  }

  @Test
  void theSameConversionWritesTheSameBytes() throws IOException {
    for (var flavor : Flavor.values()) {
      var trial = Trial.of(Fixture.of("bert-mean").folder()).with(Recipe.onnx(flavor));
      var once = trial.convert(folder.resolve(flavor.key() + "-once"), cache);
      var again = trial.convert(folder.resolve(flavor.key() + "-again"), cache);

      var expected = contents(once.folder());
      assertThat(expected).containsKeys("embark.json", "onnx/model.onnx", "proof/reference.jsonl");
      assertThat(contents(again.folder())).isEqualTo(expected);
    }
  }

  private static Map<String, String> contents(Path bundle) throws IOException {
    var contents = new TreeMap<String, String>();
    try (var files = Files.walk(bundle)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var text = Files.readString(file, StandardCharsets.ISO_8859_1);
        contents.put(bundle.relativize(file).toString().replace('\\', '/'), text);
      }
    }
    return contents;
  }

  @Test
  void anOnnxFileMayBeNamedFromWhereTheUserStands() throws IOException {
    var first = Trial.of(Fixture.of("bert-mean").folder()).convert(folder.resolve("a"), cache);
    var file = Files.copy(first.file("onnx/model.onnx"), first.folder().resolve("model.onnx"));
    var named = new ModelReference.OnnxFile(Path.of("").toAbsolutePath().relativize(file));

    var second =
        Trial.of(named.text(), Fixtures.describe(named)).convert(folder.resolve("b"), cache);

    assertThat(second.manifest().source().files())
        .extracting(FileDigest::path)
        .contains("model.onnx", "config.json");
  }

  @Test
  void theManifestSaysWhatWasDoneAndWhatProvesIt() throws IOException {
    var checkpoint = Fixture.of("bert-mean").folder();
    var bundle =
        Trial.of(checkpoint).with(Recipe.onnx(Flavor.ORT)).convert(folder.resolve("b"), cache);

    var manifest = bundle.manifest();
    assertThat(manifest.source().reference()).isEqualTo("bert-mean");
    assertThat(manifest.source().files())
        .extracting(FileDigest::path)
        .contains("config.json", "model.safetensors", "tokenizer.json", "modules.json");
    assertThat(manifest.preferred().recipe())
        .isEqualTo(new Manifest.Recipe("onnx", "ort", "fp32", 17, List.of("PackProjections"), ""));
    assertThat(manifest.model().family()).isEqualTo("Bert");
    assertThat(manifest.preferred().proof())
        .isInstanceOfSatisfying(
            Proof.Proven.class,
            proof -> {
              assertThat(proof.witnesses())
                  .singleElement()
                  .isInstanceOfSatisfying(
                      Testimony.Vectors.class,
                      interpreter -> {
                        assertThat(interpreter.witness()).isEqualTo("interpreter");
                        assertThat(interpreter.figures().texts()).isGreaterThanOrEqualTo(64);
                        assertThat(interpreter.figures().maxAbs()).isLessThan(1e-5);
                      });
              assertThat(proof.outputs().getFirst().invariance())
                  .containsOnlyKeys(Variation.values());
            });
    assertThat(Files.readString(bundle.file("embark.json")))
        .doesNotContain(checkpoint.resolveSibling("").toString(), folder.toString());
  }

  @Test
  void aFileOfVectorsIsOneMoreWitness() {
    var fixture = Fixture.of("bert-mean");
    var vectors = folder.resolve("vectors.jsonl");
    Fixtures.writeVectors(vectors, fixture.answers());

    var bundle = Trial.of(fixture.folder()).with(vectors).convert(folder.resolve("b"), cache);

    assertThat(bundle.manifest().preferred().proof())
        .isInstanceOfSatisfying(
            Proof.Proven.class,
            proof -> {
              assertThat(proof.witnesses())
                  .extracting(Testimony::witness)
                  .containsExactly("interpreter", "file");
              assertThat(proof.witnesses().getLast())
                  .isInstanceOfSatisfying(
                      Testimony.Vectors.class,
                      file -> {
                        assertThat(file.description()).isEqualTo("The vectors in vectors.jsonl.");
                        assertThat(file.figures().texts()).isEqualTo(16);
                        assertThat(file.figures().maxAbs()).isLessThan(1e-5);
                      });
            });
  }

  @Test
  void unverifiedIsWrittenDownAndSaidAtEveryUse() {
    var bundle =
        Trial.of(Fixture.of("bert-mean").folder())
            .with(Trust.UNVERIFIED)
            .convert(folder.resolve("b"), cache);

    assertThat(bundle.manifest().preferred().proof()).isEqualTo(new Proof.Skipped());
    assertThat(bundle.file("proof")).doesNotExist();
    var notice =
        bundle.folder()
            + " was converted with --skip-verification: nothing proves that its vectors are right.";
    assertThat(bundle.notices()).containsExactly(notice);
    for (int use = 0; use < 2; use++) {
      try (var model = Trial.open(bundle.folder(), cache)) {
        assertThat(model.notices()).containsExactly(notice);
      }
    }
  }

  @Test
  void withoutVerificationNoRuntimeIsLoaded() {
    var order =
        new Order(
            "bert-mean",
            "",
            Fixtures.describe(Fixture.of("bert-mean").folder()),
            List.of(Recipe.onnx(Flavor.PORTABLE)),
            Quantizing.usual(),
            Trust.UNVERIFIED,
            List.of(),
            folder.resolve("b"));
    Supplier<OnnxRuntimeBackend> none =
        () -> {
          throw new AssertionError("the runtime is asked for");
        };

    var bundle = new Conversion(order, new Machine(none, cache), Progress.SILENT).run();

    assertThat(bundle.file("onnx/model.onnx")).isNotEmptyFile();
  }
}
