package dev.embark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelFolderTest {
  private static final String HASH = "ab".repeat(32);

  @TempDir Path place;

  private Path file(String name) throws IOException {
    var file = place.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "content");
  }

  private Path link(String name, String target) throws IOException {
    var link = place.resolve(name);
    Files.createDirectories(link.getParent());
    return Files.createSymbolicLink(link, Path.of(target));
  }

  private Path snapshot() {
    return place.resolve("hub/models--o--n/snapshots/c0");
  }

  @Test
  void filesInsideAreFound() throws IOException {
    var file = file("model/1_Pooling/config.json");

    assertThat(ModelFolder.resolve(place.resolve("model"), "1_Pooling/config.json"))
        .isEqualTo(file);
    assertThat(ModelFolder.find(place.resolve("model"), "config.json")).isEmpty();
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> ModelFolder.resolve(place, "config.json"))
        .isInstanceOf(Problem.class)
        .hasMessage(
            "The model in "
                + place
                + " has no file config.json.\n"
                + "Check that the folder is complete, or fetch the model again.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/../../x", "/etc/passwd", "a\\b", "c:x", "", "a//b", "a\0b"})
  void namesThatLeadElsewhereAreRefused(String name) {
    var problem = catchThrowableOfType(Problem.class, () -> ModelFolder.find(place, name));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo("\"" + name + "\" is not the name of a file inside " + place + ".");
  }

  @Test
  void linkInsideTheFolderIsFollowed() throws IOException {
    file("model/real.json");
    var link = link("model/config.json", "real.json");

    assertThat(ModelFolder.resolve(place.resolve("model"), "config.json")).isEqualTo(link);
  }

  @Test
  void linkOutOfTheFolderIsRefused() throws IOException {
    var secret = file("secret").toRealPath();
    var link = link("model/config.json", "../secret");

    assertThatThrownBy(() -> ModelFolder.find(place.resolve("model"), "config.json"))
        .isInstanceOf(Problem.class)
        .hasMessage(
            link
                + " is a link out of the model's folder, to "
                + secret
                + ".\nA model may only read its own files.\n"
                + "Copy the file into the folder if you trust it.");
  }

  @Test
  void linkedFolderThatLeadsOutIsRefused() throws IOException {
    file("elsewhere/config.json");
    link("model/1_Pooling", "../elsewhere");

    assertThatThrownBy(() -> ModelFolder.find(place.resolve("model"), "1_Pooling/config.json"))
        .hasMessageContaining("is a link out of the model's folder");
  }

  @Test
  void snapshotMayUseTheBlobsOfItsOwnRepository() throws IOException {
    file("hub/models--o--n/blobs/e1");
    link("hub/models--o--n/snapshots/c0/config.json", "../../blobs/e1");
    link("hub/models--o--n/snapshots/c0/1_Pooling/config.json", "../../../blobs/e1");

    assertThat(ModelFolder.find(snapshot(), "config.json")).isPresent();
    assertThat(ModelFolder.find(snapshot(), "1_Pooling/config.json")).isPresent();
    assertThat(ModelFolder.find(snapshot().resolve("1_Pooling"), "config.json")).isPresent();
  }

  @Test
  void snapshotMayNotUseTheBlobsOfAnother() throws IOException {
    file("hub/models--o--other/blobs/e1");
    link("hub/models--o--n/snapshots/c0/config.json", "../../../models--o--other/blobs/e1");

    assertThatThrownBy(() -> ModelFolder.find(snapshot(), "config.json"))
        .hasMessageContaining("is a link out of the model's folder");
  }

  @Test
  void blobMayLieInTheMarkedStoreThatRepositoriesShare() throws IOException {
    file("hub/blobs/ab/" + HASH);
    link("hub/models--o--n/blobs/e1", "../../blobs/ab/" + HASH);
    link("hub/models--o--n/snapshots/c0/config.json", "../../blobs/e1");

    assertThatThrownBy(() -> ModelFolder.find(snapshot(), "config.json"))
        .hasMessageContaining("is a link out of the model's folder");
    file("hub/blobs/.huggingface-shared-blobs");
    assertThat(ModelFolder.find(snapshot(), "config.json")).isPresent();
  }

  @Test
  void lfsPointerIsRefusedWithTheCommandThatMendsIt() throws IOException {
    var pointer = place.resolve("model.safetensors");
    var text =
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + HASH + "\nsize 90868376\n";
    Files.writeString(pointer, text);

    var problem = catchThrowableOfType(Problem.class, () -> ModelFolder.refuseLfsPointer(pointer));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem)
        .hasMessage(
            pointer
                + " is a Git LFS pointer of "
                + text.length()
                + " bytes, not the file itself.\n"
                + "The repository was cloned without Git LFS, which keeps large files elsewhere.\n"
                + "Run `git lfs pull` in the clone, or name the model as owner/name.");
  }

  @Test
  void otherFilesAreNoLfsPointers() throws IOException {
    var small = file("small.json");
    var large = place.resolve("large.bin");
    Files.writeString(large, "version https://git-lfs" + " ".repeat(2000));

    assertThatCode(() -> ModelFolder.refuseLfsPointer(small)).doesNotThrowAnyException();
    assertThatCode(() -> ModelFolder.refuseLfsPointer(large)).doesNotThrowAnyException();
  }
}
