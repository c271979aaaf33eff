package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.format.json.Json;
import dev.embark.testing.Fixture;
import dev.embark.testing.Surgery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class InspectCommandTest {
  @TempDir Path temporary;
  private Scene scene;

  @BeforeEach
  void copyModel() {
    scene = new Scene(temporary).model("bert-cls-dense");
  }

  private String inspect(String... words) {
    var line = new String[words.length + 1];
    line[0] = "inspect";
    System.arraycopy(words, 0, line, 1, words.length);
    var run = scene.run(line);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run.out();
  }

  private JsonNode json(String subject) {
    return Json.parse(inspect(subject, "--json").getBytes(StandardCharsets.UTF_8), "stdout");
  }

  @Test
  void aModelIsShownWithWhatEmbarkWouldDo() {
    assertThat(inspect("DIR/model"))
        .isEqualTo(
            """
            model     DIR/model
            files     11 in DIR/model, 317 kB
            format    safetensors, 300 kB
            tensors   39, 74.0 k values; F32: 39, 296 kB
            config    BertModel
            pipeline  cls pooling → dense 48→24 Tanh → length 1 → 24 values, cosine
            limit     64 tokens
            plan      Bert: 2 layers, hidden 48, 72.8 k parameters, 35 nodes; `embark convert` would take it
            """);
  }

  @Test
  void aModelIsOneDocument() {
    var document = json("DIR/model");

    assertThat(document.path("architectures").path(0).asString()).isEqualTo("BertModel");
    assertThat(document.at("/pipeline/outputs/0/dimension").asInt()).isEqualTo(24);
    assertThat(document.path("tensors").size()).isEqualTo(39);
    assertThat(document.at("/tensors/0/type").asString()).isEqualTo("F32");
    assertThat(document.at("/plan/accepted").asBoolean()).isTrue();
    assertThat(document.at("/plan/family").asString()).isEqualTo("Bert");
  }

  @Test
  void tensorsAreListedWithTypeAndShape() {
    assertThat(inspect("DIR/model", "--tensors"))
        .contains("  F32   [48]       embeddings.LayerNorm.bias\n");
  }

  @Test
  void theGraphIsPrintedOneLineANode() {
    assertThat(inspect("DIR/model", "--graph")).contains("last_hidden_state", "Attention");
  }

  @Test
  void aModelEmbarkRefusesIsShownWithTheReason() {
    scene.edit("model/config.json", "BertModel", "BirdModel");

    assertThat(inspect("DIR/model"))
        .contains(
            "tensors   39, 74.0 k values; F32: 39, 296 kB\n",
            "plan      `embark convert` would refuse it:\n",
            "          config.json: architecture \"BirdModel\" is not supported.\n");
    assertThat(json("DIR/model").at("/plan/category").asString()).isEqualTo("UNSUPPORTED");
  }

  @Test
  void aModelWithoutItsWeightsIsShownAsFarAsItGoes() {
    scene.delete("model/model.safetensors");

    assertThat(inspect("DIR/model"))
        .contains(
            "tensors   the weights are not here\n",
            "pipeline  cls pooling",
            "plan      Bert: `embark convert` would take it, if its weights fit the"
                + " configuration\n");
  }

  @Test
  void aWeightFileIsShownAlone() {
    assertThat(inspect("DIR/model/model.safetensors"))
        .isEqualTo(
            """
            file      DIR/model/model.safetensors
            format    safetensors, 300 kB
            tensors   39, 74.0 k values; F32: 39, 296 kB
            """);
  }

  @Test
  void aPyTorchFileIsShownAlone() throws IOException {
    var weights = Fixture.of("bert-mean-oldstyle-bin").folder().resolve("pytorch_model.bin");
    scene.write("model/pytorch_model.bin", Files.readAllBytes(weights));

    assertThat(inspect("DIR/model/pytorch_model.bin"))
        .isEqualTo(
            """
            file      DIR/model/pytorch_model.bin
            format    pytorch, 193 kB
            tensors   40, 44.8 k values; F32: 39, 179 kB; I64: 1, 768 B
            """);
  }

  @Test
  void anOnnxFileOfWhichNothingElseIsKnownIsShown() {
    scene.run("convert", "DIR/model", "-o", "DIR/bundle", "--skip-verification");
    scene.write("bare/model.onnx", scene.bytes("bundle/onnx/model.onnx"));

    assertThat(inspect("DIR/bare/model.onnx"))
        .contains(
            "format    ONNX, IR 8, opset 17, ",
            "input_ids I64 [batch, sequence]\n",
            "sentence_embedding F32 [batch, 24]\n",
            "MatMul ",
            "quantised no\n",
            "plan      `embark convert` would refuse it:\n",
            "          DIR/bare has no config.json.\n");
    var document = json("DIR/bare/model.onnx");
    assertThat(document.at("/opsets/ai.onnx").asInt()).isEqualTo(17);
    assertThat(document.at("/inputs/0/shape/0").asString()).isEqualTo("batch");
    assertThat(document.path("quantized").isEmpty()).isTrue();
  }

  @Test
  void aCoreMlPackageIsShown() {
    var folder = "../testdata/coreml/tiny-int8-spec8.mlpackage";

    assertThat(inspect(folder))
        .contains(
            "format    Core ML program, specification 8, CoreML7\n",
            "inputs    x FLOAT32 [2, 64]\n",
            "outputs   y FLOAT32 [2, 4]\n",
            "weights   INT8: 1, 256 B\n",
            "linear 1",
            "warning   main, constexpr_affine_dequantize");
    var document = json(folder);
    assertThat(document.path("specification_version").asInt()).isEqualTo(8);
    assertThat(document.at("/functions/0/inputs/0/shape/1").asInt()).isEqualTo(64);
    assertThat(document.at("/weights/bytes").asInt()).isEqualTo(256);
    assertThat(document.at("/findings/0/severity").asString()).isEqualTo("warning");
  }

  @Test
  void aCoreMlPackageThatADeviceWouldRefuseIsSaidToBe() {
    var copy = scene.folder().resolve("damaged.mlpackage");
    Surgery.copy(Fixture.testdata().resolve("coreml").resolve("tiny-int8-spec8.mlpackage"), copy);
    Surgery.edit(copy, model -> Surgery.without(model, "linear", "bias"));

    var run = scene.run("inspect", "DIR/damaged.mlpackage");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .contains("defect    main, linear \"y\": the parameter \"bias\" is missing\n");
  }

  @Test
  void aBundleIsShownWithItsProof() {
    scene.run("convert", "DIR/model", "-o", "DIR/bundle");

    assertThat(inspect("DIR/bundle"))
        .startsWith("model     BertModel (Bert), 2 layers, hidden 48, 72.8 k parameters\n")
        .contains(
            "source    model\n",
            "format    onnx fp32, portable, opset 17\n",
            "proof     PASS\n",
            "interpreter: ");
  }

  @Test
  void aModelOfTheHubIsDescribedWithoutItsWeights() {
    var commit = "0123456789abcdef0123456789abcdef01234567";
    var repository = "home/.cache/huggingface/hub/models--owner--name/";
    scene.delete("model/model.safetensors");
    scene.write(repository + "refs/main", commit);
    scene.write(repository + "snapshots/none", "");
    Scene.copy(scene.path("model"), scene.path(repository + "snapshots/" + commit));
    var offline = scene.with("HF_HUB_OFFLINE", "1");

    var run = offline.run("inspect", "owner/name");
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .startsWith("model     owner/name @ " + commit + "\n")
        .contains("plan      Bert: `embark convert` would take it, if");
    assertThat(offline.run("tokenize", "owner/name", "hello").exitCode()).isZero();
  }

  @Test
  void aFileOfNeitherKindIsRefused() {
    scene.write("notes.txt", "notes");
    var run = scene.run("inspect", "DIR/notes.txt");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).startsWith("embark: DIR/notes.txt is a file, but not an ONNX file.\n");
  }
}
