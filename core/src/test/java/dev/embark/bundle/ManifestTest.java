package dev.embark.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTest {
  @TempDir Path folder;

  private static Manifest sample(Proof proof) {
    return SampleManifest.of(
        List.of(
            new FileDigest(SampleManifest.MODEL, 3, "a".repeat(64)),
            new FileDigest(SampleManifest.REFERENCES, 4, "b".repeat(64))),
        proof);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve(Manifest.FILE_NAME), text);
  }

  private static String text(Manifest manifest) {
    return new String(manifest.toJson(), StandardCharsets.UTF_8);
  }

  private void refuses(String find, String replacement, String message) throws IOException {
    String text = text(sample(SampleManifest.proven()));
    assertThat(text).contains(find);
    Path file = write(text.replace(find, replacement));
    assertThatThrownBy(() -> Manifest.read(file))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessageContaining(message);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    for (Proof proof : List.of(SampleManifest.proven(), new Proof.Skipped())) {
      var manifest = sample(proof);
      assertThat(Manifest.read(write(text(manifest)))).isEqualTo(manifest);
    }
  }

  @Test
  void keysAreSortedSoThatBytesAreReproducible() {
    String text = text(sample(SampleManifest.proven()));
    assertThat(text.lines().filter(line -> line.startsWith("  \"")).map(ManifestTest::key))
        .containsExactly(
            "embark_version", "files", "format", "model", "pipeline", "source", "variants");
    assertThat(text.indexOf("\"document\" : \"passage"))
        .isLessThan(text.indexOf("\"query\" : \"query"));
    assertThat(text(sample(SampleManifest.proven()))).isEqualTo(text);
  }

  private static String key(String line) {
    return line.substring(3, line.indexOf('"', 3));
  }

  @Test
  void laterFormatIsRefusedWithTheVersionThatWroteIt() throws IOException {
    Path file = write("{\"format\": 4, \"embark_version\": \"9.0\", \"news\": []}");
    assertThatThrownBy(() -> Manifest.read(file))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNSUPPORTED))
        .hasMessage(
            file
                + " has format 4, this Embark reads format 3.\n"
                + "The bundle was written by another version of Embark (embark_version: 9.0).\n"
                + "Use that version, or convert the model again with this one.");
  }

  @Test
  void unknownKeyIsRefused() throws IOException {
    refuses(
        "\"opset\"",
        "\"rounding\" : 1, \"opset\"",
        "recipe has keys that format 3 does not know: [rounding].");
  }

  @Test
  void missingKeyIsNamed() throws IOException {
    refuses("\"hidden_size\" : 384,", "", "model has no key \"hidden_size\".");
  }

  @Test
  void valueOfAnotherKindIsNamed() throws IOException {
    refuses("\"layers\" : 6", "\"layers\" : \"6\"", "model.layers is a JSON STRING, expected an");
    refuses("\"layers\" : 6", "\"layers\" : -1", "model.layers is -1, expected a value from 0 to");
    refuses("\"layers\" : 6", "\"layers\" : 6.5", "model.layers is a JSON NUMBER, expected an int");
  }

  @Test
  void unknownStepPoolingAndVerdictAreRefusedWithTheKnownOnes() throws IOException {
    refuses(
        "\"normalize\"",
        "\"whiten\"",
        "expected one of [pool, dense, normalize, layer_norm, truncate].");
    refuses("\"mean\"", "\"median\"", "expected one of [cls, max, mean, mean_sqrt_len_tokens,");
    refuses("\"pass\"", "\"fail\"", "proof.verdict is \"fail\", expected one of [pass, skipped].");
    refuses("\"padding\"", "\"weather\"", "expected one of [batch, order, neighbors, padding,");
  }

  @Test
  void pathOutOfTheBundleIsRefused() throws IOException {
    refuses("onnx/model.onnx", "../model.onnx", "which leaves the bundle's folder.");
    refuses("onnx/model.onnx", "/etc/passwd", "which leaves the bundle's folder.");
  }

  @Test
  void fileInUseMustBeListed() throws IOException {
    Manifest manifest =
        SampleManifest.of(
            List.of(new FileDigest(SampleManifest.MODEL, 3, "a".repeat(64))),
            SampleManifest.proven());
    Path file = write(text(manifest));
    assertThatThrownBy(() -> Manifest.read(file))
        .hasMessageContaining("uses files that it does not list: [proof/reference.jsonl].");
  }
}
