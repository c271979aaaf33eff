package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.FileDigest;
import dev.embark.format.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Bundles in the hands of a user: proven, unproven, copied, damaged.
final class BundleUseTest {
  private static final String UNPROVEN =
      "DIR/bundle was converted with --skip-verification: nothing proves that its vectors are"
          + " right.\n";

  @TempDir static Path shared;
  @TempDir Path temporary;
  private Scene scene;

  @BeforeAll
  static void convert() {
    var converted = new Scene(shared).model("bert-mean");
    assertThat(converted.run("convert", "DIR/model", "-o", "DIR/bundle").err()).isEmpty();
  }

  @BeforeEach
  void copyBundle() {
    scene = new Scene(temporary);
    Scene.copy(shared.resolve("bundle"), scene.path("bundle"));
  }

  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "stdout");
  }

  @Test
  void aProvenBundlePasses() {
    var run = scene.run("verify", "DIR/bundle");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("proof: ").endsWith("\nPASS\n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void theVerdictIsOneDocument() {
    var run = scene.run("verify", "DIR/bundle", "--json");
    var document = json(run.out());

    assertThat(run.exitCode()).isZero();
    assertThat(document.path("verdict").asString()).isEqualTo("PASS");
    assertThat(document.at("/comparisons/0/figures/texts").asInt()).isGreaterThanOrEqualTo(64);
    assertThat(document.at("/comparisons/0/figures/max_abs").asDouble()).isLessThan(1e-5);
  }

  @Test
  void aCopyIsProvenOnItsFirstUseOnly() {
    assertThat(scene.watch("embed", "DIR/bundle", "a text").err()).contains("Checking files");
    assertThat(scene.watch("embed", "DIR/bundle", "a text").err()).doesNotContain("Checking files");
  }

  @Test
  void aBundleIsProvenAtEveryUseWhereTheCacheCannotBeWritten() {
    scene.write("home/.cache", "a file where the folder should be");
    for (int use = 0; use < 2; use++) {
      var run = scene.watch("embed", "DIR/bundle", "a text");

      assertThat(run.exitCode()).isZero();
      assertThat(run.err())
          .contains(
              "Checking files",
              "The proof of DIR/bundle is repeated at every use, because the cache cannot be"
                  + " written: ");
    }
  }

  @Test
  void aChangedByteIsFound() throws IOException {
    var before = FileDigest.of(scene.path("bundle"), "onnx/model.onnx").sha256();
    var bytes = scene.bytes("bundle/onnx/model.onnx");
    bytes[bytes.length / 2] ^= 1;
    scene.write("bundle/onnx/model.onnx", bytes);
    var after = FileDigest.of(scene.path("bundle"), "onnx/model.onnx").sha256();

    for (var words : List.of(List.of("verify"), List.of("embed", "a text"))) {
      var line = new ArrayList<>(words);
      line.add(1, "DIR/bundle");
      var run = scene.run(line.toArray(String[]::new));

      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .isEqualTo(
              """
              embark: The bundle DIR/bundle is damaged: onnx/model.onnx has SHA-256 %s, expected %s.
              Its files are not those that embark.json lists.
              Copy it again from where it came, or convert the model again.
              """
                  .formatted(after, before));
    }
  }

  @Test
  void everyMissingAndCutFileIsNamed() {
    scene.delete("bundle/config.json").write("bundle/tokenizer.json", "{}");
    var run = scene.run("embed", "DIR/bundle", "a text");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err())
        .startsWith(
            "embark: The bundle DIR/bundle is damaged: config.json is missing; tokenizer.json has 2"
                + " bytes, expected ");
  }

  @Test
  void otherVectorsInTheProofFailTheVerification() throws IOException {
    scene.forge("bundle", "proof/reference.jsonl", "0.1", "0.9");
    var run = scene.run("verify", "DIR/bundle");

    assertThat(run.exitCode()).isEqualTo(5);
    assertThat(run.out()).endsWith("\nFAIL\n");
  }

  @Test
  void otherVectorsInTheProofForbidTheUse() throws IOException {
    scene.forge("bundle", "proof/reference.jsonl", "0.1", "0.9");
    var run = scene.run("embed", "DIR/bundle", "a text");

    assertThat(run.exitCode()).isEqualTo(5);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("embark: FAIL: the vectors are not those of the original.\n");
  }

  @Test
  void referenceVectorsOfTheUserAreCompared() {
    scene.run("embed", "DIR/bundle", "a text", "another");
    var vectors = scene.run("embed", "DIR/bundle", "a text", "another").out();
    scene.write("mine.jsonl", vectors);
    var run = scene.run("verify", "DIR/bundle", "--reference", "DIR/mine.jsonl");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("DIR/mine.jsonl: 2 texts").endsWith("\nPASS\n");
  }

  @Test
  void aFolderThatIsNoBundleIsToldHowToBecomeOne() {
    scene.model("bert-mean");
    var run = scene.run("embed", "DIR/model", "a text");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err())
        .isEqualTo(
            """
            embark: DIR/model is not a bundle: it has no embark.json.
            If it is a checkpoint, convert it first: embark convert DIR/model -o BUNDLE
            """);
  }

  @Test
  void skippedVerificationIsSaidAtEveryUse() {
    var unproven = new Scene(temporary.resolve("unproven"));
    unproven.write("home/here", "").model("bert-mean");
    var words = new String[] {"convert", "DIR/model", "-o", "DIR/bundle", "--skip-verification"};

    assertThat(unproven.run(words).err()).isEqualTo(UNPROVEN);
    for (int use = 0; use < 2; use++) {
      var embed = unproven.run("embed", "DIR/bundle", "a text", "--role", "document");
      assertThat(embed.err()).isEqualTo(UNPROVEN);
    }
    assertThat(unproven.run("inspect", "DIR/bundle").out())
        .contains("proof     none: verification was skipped\n");
    var verification = unproven.run("verify", "DIR/bundle");
    assertThat(verification.err()).isEqualTo(UNPROVEN);
    assertThat(verification.out()).startsWith("UNPROVEN: ");
    assertThat(verification.exitCode()).isEqualTo(5);
  }

  @Test
  void theManifestCarriesNoPathOfThisMachine() {
    assertThat(new String(scene.bytes("bundle/embark.json"), StandardCharsets.UTF_8))
        .doesNotContain(shared.toString());
  }
}
