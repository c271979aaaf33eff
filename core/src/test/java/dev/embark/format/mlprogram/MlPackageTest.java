package dev.embark.format.mlprogram;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlPackageTest {
  private static final Path ORIGINAL =
      Path.of("..", "testdata", "coreml", "tiny-int8-spec8.mlpackage");

  @TempDir Path folder;
  private Path copy = Path.of("");

  @BeforeEach
  void copyPackage() throws IOException {
    copy = folder.resolve("copy.mlpackage");
    try (var files = Files.walk(ORIGINAL)) {
      for (var file : files.toList()) {
        Files.copy(file, copy.resolve(ORIGINAL.relativize(file).toString()));
      }
    }
  }

  private void edit(String from, String to) throws IOException {
    var manifest = copy.resolve("Manifest.json");
    var text = Files.readString(manifest);
    assertThat(text).contains(from);
    Files.writeString(manifest, text.replace(from, to));
  }

  private void refused(String why) {
    try (var arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> MlPackage.open(copy, arena))
          .isInstanceOf(Problem.class)
          .hasMessageContaining(why);
    }
  }

  @Test
  void opensWithoutTouchingAnything() throws IOException {
    try (var arena = Arena.ofConfined()) {
      var opened = MlPackage.open(copy, arena);
      assertThat(opened.weights()).containsOnlyKeys("@model_path/weights/weight.bin");
      assertThat(opened.model().specificationVersion()).isEqualTo(8);
    }
    assertThat(copy.resolve("Manifest.json"))
        .hasSameBinaryContentAs(ORIGINAL.resolve("Manifest.json"));
  }

  @Test
  void refusesManifestsThatDoNotFit() throws IOException {
    edit("\"1.0.0\"", "\"2.0.0\"");
    refused("fileFormatVersion is \"2.0.0\"");
    edit("\"2.0.0\"", "\"1.0.0\"");
    edit("CoreML/weights", "CoreML/heavy");
    refused("Data/com.apple.CoreML/heavy, which is not there");
    edit("com.apple.CoreML/heavy", "../../outside");
    refused("which is not there");
  }

  @Test
  void refusesAManifestWithoutItsRoot() throws IOException {
    edit("\"rootModelIdentifier\": \"450e81b1", "\"rootModelIdentifier\": \"550e81b1");
    refused("is none of its items");
  }

  @Test
  void refusesAnItemWithoutItsAuthor() throws IOException {
    edit("\"author\"", "\"writer\"");
    refused("has no text \"author\"");
  }

  @Test
  void refusesWeightsOfAnotherModel() throws IOException {
    var weights = Path.of("Data", "com.apple.CoreML", "weights", "weight.bin");
    var other = ORIGINAL.resolveSibling("tiny-int4-block32-spec9.mlpackage").resolve(weights);
    Files.delete(copy.resolve(weights));
    refused("weight.bin");
    Files.copy(other, copy.resolve(weights));
    refused("is INT8 [4, 64], its blob holds 128 bytes of INT4");
  }

  @Test
  void writesWhatItOpened() throws IOException {
    var written = folder.resolve("written.mlpackage");
    try (var arena = Arena.ofConfined()) {
      var opened = MlPackage.open(copy, arena);
      var sources =
          requireNonNull(opened.weights().get(MlPackage.WEIGHT_FILE)).values().stream()
              .map(blob ->
                  new BlobFile.Source(
                      blob.type(), blob.data().byteSize(), new InMemory(blob.data())))
              .toList();
      MlPackage.write(opened.model(), sources, written);
      assertThat(MlPackage.open(written, arena).model()).isEqualTo(opened.model());
    }
    // As coremltools would write it again, but for the names that are free.
    var ids = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    var manifest = Files.readString(written.resolve("Manifest.json"));
    assertThat(manifest.replaceAll(ids, "ID").lines().sorted().toList())
        .isEqualTo(
            Files.readString(copy.resolve("Manifest.json"))
                .replaceAll(ids, "ID")
                .replace("\"author\": \"com.apple.CoreML\"", "\"author\": \"Embark\"")
                .lines()
                .sorted()
                .toList());
    assertThatThrownBy(() -> MlPackage.write(model(), List.of(), written))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("Cannot make the folder");
  }

  @Test
  void listsNoWeightsWhereThereAreNone() {
    var written = folder.resolve("written.mlpackage");
    MlPackage.write(model(), List.of(), written);
    assertThat(written.resolve("Data").resolve("com.apple.CoreML").resolve("weights"))
        .doesNotExist();
    try (var arena = Arena.ofConfined()) {
      assertThat(MlPackage.open(written, arena).weights()).isEmpty();
    }
  }

  /// A model whose constants all lie in the message.
  private static MlModel model() {
    return MlModelFile.read(
        ORIGINAL
            .resolveSibling("tiny-state-spec9.mlpackage")
            .resolve(Path.of("Data", "com.apple.CoreML", "model.mlmodel")));
  }
}
