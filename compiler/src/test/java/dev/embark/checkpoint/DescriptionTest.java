package dev.embark.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.embark.bundle.Pooling;
import dev.embark.bundle.Step;
import dev.embark.family.Families;
import dev.embark.format.json.Json;
import dev.embark.source.Fetched;
import dev.embark.source.ModelReference;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptionTest {
  private static final Instructions TOLD =
      new Instructions(List.of(), List.of(Pooling.CLS), Instructions.VectorLength.ONE, 32);

  @TempDir Path temporary;

  private AlteredCheckpoint altered(String fixture) {
    return AlteredCheckpoint.of(fixture, temporary);
  }

  @Test
  void folderIsKnownByNoName() {
    assertThat(altered("bert-mean").describe().model()).isEmpty();
  }

  @Test
  void repositoryGivesTheModelItsName() {
    var root = altered("bert-mean").fetch();
    var fetched =
        new Fetched(
            new ModelReference.HubRepository("someone/bert", "main"),
            "0123456789abcdef0123456789abcdef01234567",
            root.root(),
            root.files());
    assertThat(Description.read(fetched, Instructions.NONE).model()).isEqualTo("someone/bert");
  }

  @Test
  void folderWithoutConfigIsRefused() {
    assertThat(altered("bert-mean").without("config.json").refusal())
        .isEqualTo(
            """
            BAD_INPUT: MODEL has no config.json.
            Without it the architecture is not known.
            Name the folder of a complete checkpoint, or give the file with --config.\
            """);
  }

  @Test
  void configOfTheUserIsTakenInstead() throws IOException {
    var altered = altered("bert-mean");
    var config = temporary.resolve("elsewhere.json");
    Files.move(altered.root().resolve("config.json"), config);
    var told =
        new Instructions(List.of(config), List.of(), Instructions.VectorLength.AS_COMPUTED, 0);
    assertThatCode(
            () -> {
              try (var checkpoint = Checkpoint.open(Description.read(altered.fetch(), told))) {
                Families.build(checkpoint);
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void toldPoolingContradictsAPackagedModel() {
    var altered = altered("bert-mean");
    assertThat(altered.refusal(() -> Description.read(altered.fetch(), TOLD)))
        .isEqualTo(
            """
            WRONG_USAGE: --pooling contradicts MODEL/modules.json.
            The model says itself how its token vectors are pooled.
            Leave --pooling and --normalize away.\
            """);
  }

  @Test
  void toldPoolingWinsOverTheRuleForPlainFolders() {
    var pipeline = Description.read(altered("bert-plain").fetch(), TOLD).pipeline();
    assertThat(pipeline.embedding().orElseThrow().steps())
        .containsExactly(
            new Step.Pool(List.of(Pooling.CLS), Step.PromptTokens.COUNTED), new Step.Normalize());
    assertThat(pipeline.maxTokens()).isEqualTo(32);
    assertThat(pipeline.notes()).isEmpty();
  }

  @Test
  void filesAreAllThatIsRead() {
    var altered = altered("bert-cls-dense");
    assertThat(altered.describe().files().stream().map(altered.root()::relativize))
        .map(Path::toString)
        .containsExactlyInAnyOrder(
            "config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "config_sentence_transformers.json",
            "sentence_bert_config.json",
            "modules.json",
            "1_Pooling/config.json",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "3_Normalize/config.json",
            "model.safetensors");
  }

  @Test
  void modelWithoutWeightsIsRefusedWhenTheyAreNeeded() {
    var altered = altered("bert-mean").without("model.safetensors");
    assertThatCode(altered::describe).doesNotThrowAnyException();
    assertThat(altered.refusal())
        .isEqualTo(
            """
            BAD_INPUT: The model has no weights.
            Looked for model.safetensors and pytorch_model.bin, whole or in shards, \
            onnx/model.onnx and model.onnx.
            Fetch the complete model.\
            """);
  }

  @Test
  void pickleHoldsWhatSafetensorsHold(@TempDir Path other) {
    try (var arena = Arena.ofConfined()) {
      var pickled = altered("bert-mean-oldstyle-bin").describe().weights().open(arena);
      var original =
          AlteredCheckpoint.of("bert-mean-oldstyle", other).describe().weights().open(arena);
      var names = new TreeSet<>(original.keySet());
      names.add("embeddings.position_ids");
      assertThat(pickled).containsOnlyKeys(names);
      original.forEach((name, weight) -> {
        var same = requireNonNull(pickled.get(name));
        assertThat(same.shape()).isEqualTo(weight.shape());
        assertThat(same.toArray()).as(name).isEqualTo(weight.toArray());
      });
    }
  }

  @Test
  void shardedPickleIsRead() throws IOException {
    var altered = altered("bert-mean-oldstyle-bin");
    var names = namesOfTensors(altered);
    Files.move(
        altered.root().resolve("pytorch_model.bin"),
        altered.root().resolve("pytorch_model-00001-of-00001.bin"));
    var index = Json.object();
    var map = index.putObject("weight_map");
    names.forEach(name -> map.put(name, "pytorch_model-00001-of-00001.bin"));
    altered.with("pytorch_model.bin.index.json", Json.pretty(index));
    assertThatCode(altered::build).doesNotThrowAnyException();
    assertThat(altered.describe().weights().files())
        .map(file -> file.getFileName().toString())
        .containsExactly("pytorch_model.bin.index.json", "pytorch_model-00001-of-00001.bin");
  }

  @Test
  void pickleOfAModuleIsReadAndCarried() throws IOException {
    var altered = altered("bert-cls-dense").without("2_Dense/model.safetensors");
    Files.copy(
        Path.of("src/test/resources/torch/dense.bin"),
        altered.root().resolve("2_Dense/pytorch_model.bin"));
    assertThatCode(altered::build).doesNotThrowAnyException();
    assertThat(altered.describe().packaging().files())
        .map(Packaging.PackagedFile::path)
        .contains("2_Dense/pytorch_model.bin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pytorch_model.bin", "2_Dense/pytorch_model.bin"})
  void whatIsNoPyTorchFileIsRefused(String name) {
    var safetensors = name.replace("pytorch_model.bin", "model.safetensors");
    assertThat(altered("bert-cls-dense").without(safetensors).with(name, "PK").refusal())
        .startsWith("BAD_INPUT: MODEL/" + name + " is no PyTorch file: it starts neither as a zip");
  }

  @Test
  void missingWeightsOfAModuleAreNamed() {
    assertThat(altered("bert-cls-dense").without("2_Dense/model.safetensors").refusal())
        .isEqualTo(
            """
            BAD_INPUT: The model in MODEL has no file 2_Dense/model.safetensors.
            Check that the folder is complete, or fetch the model again.\
            """);
  }

  @Test
  void safetensorsAreTakenBeforePickles() {
    var altered = altered("bert-mean").with("pytorch_model.bin", "PK");
    assertThatCode(altered::build).doesNotThrowAnyException();
  }

  @Test
  void picklesAreTakenBeforeOnnxExports() {
    var altered = altered("bert-mean-oldstyle-bin").with("onnx/model.onnx", "no ONNX");
    assertThatCode(altered::build).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.json",
        "modules.json",
        "1_Pooling/config.json",
        "2_Dense/config.json",
        "2_Dense/model.safetensors",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "model.safetensors"
      })
  void pointerInPlaceOfAFileIsRecognised(String name) {
    assertThat(altered("bert-cls-dense").withPointer(name).refusal())
        .startsWith("BAD_INPUT: MODEL/" + name + " is a Git LFS pointer of ")
        .contains("git lfs pull");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "onnx/model.onnx",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "pytorch_model.bin.index.json"
      })
  void pointerInPlaceOfTheOnlyWeightsIsRecognised(String name) {
    assertThat(altered("bert-mean").without("model.safetensors").withPointer(name).refusal())
        .startsWith("BAD_INPUT: MODEL/" + name + " is a Git LFS pointer of ");
  }

  @Test
  void pointerInPlaceOfTheVocabularyIsRecognised() {
    assertThat(
            altered("bert-mean-oldstyle")
                .without("tokenizer.json")
                .withPointer("vocab.txt")
                .refusal())
        .startsWith("BAD_INPUT: MODEL/vocab.txt is a Git LFS pointer of ");
  }

  @Test
  void pointerInPlaceOfABareOnnxFileIsRecognised() {
    var altered = altered("bert-mean").withPointer("alone.onnx");
    var refusal =
        altered.refusal(() -> Description.read(altered.fetchOnnx("alone.onnx"), Instructions.NONE));
    assertThat(refusal).startsWith("BAD_INPUT: MODEL/alone.onnx is a Git LFS pointer of ");
  }

  @Test
  void truncatedWeightsAreRefused() throws IOException {
    var altered = altered("bert-mean");
    var file = altered.root().resolve("model.safetensors");
    var bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
    assertThat(altered.refusal())
        .startsWith("BAD_INPUT: MODEL/model.safetensors")
        .containsIgnoringCase("truncated");
  }

  @Test
  void shardedWeightsAreRead() throws IOException {
    var altered = altered("bert-mean");
    var names = namesOfTensors(altered);
    Files.move(
        altered.root().resolve("model.safetensors"),
        altered.root().resolve("model-00001-of-00001.safetensors"));
    var index = Json.object();
    var map = index.putObject("weight_map");
    names.forEach(name -> map.put(name, "model-00001-of-00001.safetensors"));
    altered.with("model.safetensors.index.json", Json.pretty(index));
    assertThatCode(altered::build).doesNotThrowAnyException();
    assertThat(altered.describe().weights().files())
        .map(file -> file.getFileName().toString())
        .containsExactly("model.safetensors.index.json", "model-00001-of-00001.safetensors");
  }

  private static Iterable<String> namesOfTensors(AlteredCheckpoint altered) {
    try (var checkpoint = altered.open()) {
      return List.copyOf(checkpoint.weights().names());
    }
  }

  @Test
  void indexThatNamesNoFileIsRefused() {
    assertThat(
            altered("bert-mean")
                .without("model.safetensors")
                .with("model.safetensors.index.json", "{\"weight_map\": {\"a\": {}}}")
                .refusal())
        .startsWith(
            "BAD_INPUT: MODEL/model.safetensors.index.json: the file of tensor \"a\" is {},"
                + " expected a name.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"model.safetensors", "config.json", "tokenizer.json", "1_Pooling/config.json"})
  void linkOutOfTheFolderIsRefused(String name) throws IOException {
    var altered = altered("bert-mean");
    var file = altered.root().resolve(name);
    var outside = temporary.resolve("outside");
    Files.move(file, outside);
    Files.createSymbolicLink(file, outside);
    assertThat(altered.refusal())
        .startsWith("BAD_INPUT: MODEL/" + name + " is a link out of the model's folder, to ")
        .endsWith(
            """
            A model may only read its own files.
            Copy the file into the folder if you trust it.\
            """);
  }

  @Test
  void vocabularyAloneIsATokenizer() {
    var altered = altered("bert-mean-oldstyle").without("tokenizer.json");
    assertThat(altered.describe().packaging().files())
        .map(Packaging.PackagedFile::path)
        .contains("vocab.txt")
        .doesNotContain("tokenizer.json");
  }

  @Test
  void modelWithoutTokenizerIsRefused() {
    assertThat(altered("bert-mean").without("tokenizer.json").refusal())
        .isEqualTo(
            """
            BAD_INPUT: MODEL has no tokenizer.
            Looked for tokenizer.json, vocab.txt, vocab.json and SentencePiece models.
            Fetch the complete model.\
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'LABEL_0': 'x'}", "{}", "{'0': 'x', '1': 'x'}", "{'1': 'x'}"})
  void labelsThatAreNoRowOfNamesAreRefused(String labels) {
    var given = Json.parse(labels.replace('\'', '"').getBytes(UTF_8), "test");
    var altered =
        altered("reranker-bert").changing("config.json", json -> json.set("id2label", given));
    assertThat(altered.refusal()).startsWith("BAD_INPUT: config.json: id2label = ");
  }

  @Test
  void severalTokenizersAreRefused() {
    assertThat(altered("bert-mean").with("other-tokenizer.json", "{}").refusal())
        .isEqualTo(
            """
            BAD_INPUT: MODEL has several tokenizers: [other-tokenizer.json, tokenizer.json].
            Keep the one that belongs to the model, as tokenizer.json.\
            """);
  }
}
