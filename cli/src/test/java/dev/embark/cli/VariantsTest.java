package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embark.bundle.Bundle;
import dev.embark.bundle.Variant;
import dev.embark.format.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models in fewer bits, side by side, and in files of fixed size.
final class VariantsTest {
  private static final String TEXT = "the orchestra began the concert";

  @TempDir static Path temporary;
  private static Scene scene = new Scene(Path.of(""));

  @BeforeAll
  static void convert() {
    scene = new Scene(temporary).model("bert-mean");
    var run =
        scene.run(
            "convert", "DIR/model", "-o", "DIR/bundle", "--precision", "fp32,fp16,int8-weights");
    assertThat(run.exitCode()).isZero();
  }

  private static List<Double> vector(Scene where, String bundle) {
    var run = where.run("embed", bundle, TEXT, "--role", "query");
    assertThat(run.err()).isEmpty();
    return Json.parse(run.out().getBytes(StandardCharsets.UTF_8), "stdout")
        .path("embedding")
        .valueStream()
        .map(value -> value.asDouble())
        .toList();
  }

  private static void refused(int exitCode, String words, String... options) {
    var line = new ArrayList<>(List.of("convert", "DIR/model", "-o", "DIR/refused"));
    line.addAll(List.of(options));
    var run = scene.run(line.toArray(String[]::new));
    assertThat(run.err()).contains(words);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(scene.path("refused")).doesNotExist();
  }

  @Test
  void theSmallestVariantIsFirst() {
    var variants = Bundle.open(scene.path("bundle")).manifest().variants();

    assertThat(variants).extracting(Variant::name).containsExactly("int8-weights", "fp16", "fp32");
  }

  @Test
  void theEnvironmentPicksAVariant() {
    var smallest = vector(scene, "DIR/bundle");
    var exact = vector(scene.with("EMBARK_VARIANT", "fp32"), "DIR/bundle");
    var older = vector(scene.with("PATINA_MODEL", "fp32"), "DIR/bundle");

    assertThat(smallest).isNotEqualTo(exact);
    assertThat(older).isEqualTo(exact);
  }

  @Test
  void aVariantThatIsNotThereIsAnError() {
    var run = scene.with("EMBARK_VARIANT", "int2").run("embed", "DIR/bundle", TEXT);

    assertThat(run.err()).contains("no variant \"int2\"", "EMBARK_VARIANT", "fp16");
    assertThat(run.exitCode()).isEqualTo(3);
  }

  @Test
  void theFastestIsPlaced() {
    scene.run("convert", "DIR/model", "-o", "DIR/placed", "--precision", "fp32,fp16");

    var run = scene.run("bench", "DIR/placed", "--place", "--json");

    assertThat(run.exitCode()).isZero();
    var document = Json.parse(run.out().getBytes(StandardCharsets.UTF_8), "stdout");
    assertThat(document.path("placed").asBoolean()).isTrue();
    for (var variant : document.path("variants")) {
      for (var length : variant.path("lengths")) {
        assertThat(length.path("milliseconds").asDouble()).isPositive();
        assertThat(length.path("stages").path("model").asDouble()).isPositive();
      }
    }
    var fastest = document.path("fastest_first").path(0).asString();
    assertThat(vector(scene, "DIR/placed"))
        .isEqualTo(vector(scene.with("EMBARK_VARIANT", fastest), "DIR/placed"));
  }

  @Test
  void deploymentsSwitchTheNpuOnAndOff() {
    var only = scene.with("NPU_EMBEDDER_ENABLED", "1").with("NPU_FALLBACK_CPU", "0");
    var run = only.run("embed", "DIR/bundle", TEXT);
    assertThat(run.err()).contains("has nothing for rknn, sophon");
    assertThat(run.exitCode()).isEqualTo(3);

    assertThat(vector(scene.with("NPU_EMBEDDER_ENABLED", "0"), "DIR/bundle"))
        .isEqualTo(vector(scene, "DIR/bundle"));
  }

  @Test
  void filesOfFixedSizeGiveTheSameVectors() {
    var run =
        scene.run("convert", "DIR/model", "-o", "DIR/fixed", "--sequence", "16", "--batch", "2");
    assertThat(run.out()).contains("limit     16 tokens", "PASS");

    var fixed = vector(scene, "DIR/fixed");
    var exact = vector(scene.with("EMBARK_VARIANT", "fp32"), "DIR/bundle");

    assertThat(fixed).hasSameSizeAs(exact);
    for (int i = 0; i < exact.size(); i++) {
      assertThat(fixed.get(i)).isCloseTo(exact.get(i), within(1e-6));
    }
  }

  @Test
  void layersThatAreNamedStayInFp32() {
    var run =
        scene.run(
            "convert",
            "DIR/model",
            "-o",
            "DIR/kept",
            "--precision",
            "int8-weights",
            "--keep",
            "encoder.layer.0.*");

    assertThat(run.out()).contains("6 of 12 layers in fp32");
    var variant = Bundle.open(scene.path("kept")).manifest().preferred();
    assertThat(variant.layers())
        .allMatch(layer -> layer.isKept() == layer.name().startsWith("encoder.layer.0."));
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    scene.write("few.txt", "one line\n");

    refused(2, "--keep decoder.* names no layer", "--precision", "int8", "--keep", "decoder.*");
    refused(2, "--batch needs --sequence", "--batch", "2");
    refused(2, "--sequence 0 is not known", "--sequence", "0");
    refused(2, "--precision int3 is not known", "--precision", "int3");
    refused(2, "--precision w8fp16 is not known", "--precision", "w8fp16");
    refused(4, "bf16 is for --to sophon", "--precision", "bf16");
    refused(3, "has 1 texts, at least 16", "--precision", "int8", "--calibrate", "DIR/few.txt");
  }

  @Test
  void allVariantsAreVerifiedUnlessOneIsNamed() {
    var all = scene.run("verify", "DIR/bundle");
    assertThat(all.out())
        .contains("int8-weights proof: ", "fp16 proof: ", "fp32 proof: ")
        .endsWith("PASS\n");

    var one = scene.with("EMBARK_VARIANT", "fp16").run("verify", "DIR/bundle");
    assertThat(one.out()).contains("fp16 proof: ").doesNotContain("fp32 proof: ");
  }

  @Test
  void precisionIsForFilesThatSayNone() {
    var run = scene.run("verify", "DIR/bundle", "--precision", "int8");

    assertThat(run.err()).contains("--precision goes with --against");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void aFileHasToBeComparedWithSomething() {
    var alone = scene.run("verify", "DIR/bundle/onnx/model.onnx");
    assertThat(alone.err()).contains("is a file, not a bundle", "--against");
    assertThat(alone.exitCode()).isEqualTo(2);

    var page =
        scene.run(
            "verify",
            "DIR/bundle/onnx/model.onnx",
            "--against",
            "DIR/bundle",
            "--report",
            "DIR/page.html");
    assertThat(page.err()).contains("--report does not go with --against");
    assertThat(page.exitCode()).isEqualTo(2);
  }

  @Test
  void aFileIsJudgedByTheBundle() {
    var right =
        scene.run("verify", "DIR/bundle/onnx/model.onnx", "--against", "DIR/bundle", "--json");
    var document = Json.parse(right.out().getBytes(StandardCharsets.UTF_8), "stdout");

    assertThat(document.path("verdict").asString()).isEqualTo("PASS");
    assertThat(document.path("precision").asString()).isEqualTo("fp32");

    var wrong =
        scene.run(
            "verify",
            "DIR/bundle/onnx/model_quantized.onnx",
            "--against",
            "DIR/model",
            "--precision",
            "fp32");
    assertThat(wrong.out()).endsWith("FAIL\n");
    assertThat(wrong.exitCode()).isEqualTo(5);
  }
}
