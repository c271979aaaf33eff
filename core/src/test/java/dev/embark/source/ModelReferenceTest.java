package dev.embark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelReference.Folder;
import dev.embark.source.ModelReference.HubRepository;
import dev.embark.source.ModelReference.MavenArtifact;
import dev.embark.source.ModelReference.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelReferenceTest {
  private static final String FORMS =
      "Name a model as a folder, an ONNX file, owner/name[@revision] or"
          + " maven:group:artifact:version.";

  @TempDir Path folder;

  @Test
  void existingPathsComeFirst() throws IOException {
    var file = Files.createFile(folder.resolve("model.onnx"));

    assertThat(ModelReference.parse(folder.toString())).isEqualTo(new Folder(folder));
    assertThat(ModelReference.parse(file.toString())).isEqualTo(new OnnxFile(file));
  }

  @Test
  void repositoryWithoutRevisionMeansMain() {
    assertThat(ModelReference.parse("sentence-transformers/all-MiniLM-L6-v2"))
        .isEqualTo(new HubRepository("sentence-transformers/all-MiniLM-L6-v2", "main"));
    assertThat(ModelReference.parse("BAAI/bge-m3@refs/pr/1"))
        .isEqualTo(new HubRepository("BAAI/bge-m3", "refs/pr/1"));
  }

  @Test
  void mavenCoordinatesAreRead() {
    assertThat(ModelReference.parse("maven:dev.example:tiny-model:1.0-beta2"))
        .isEqualTo(new MavenArtifact("dev.example", "tiny-model", "1.0-beta2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"BAAI/bge-m3", "BAAI/bge-m3@abc", "maven:dev.example:tiny-model:1.0"})
  void textIsWhatAPersonTypes(String text) {
    assertThat(ModelReference.parse(text).text()).isEqualTo(text);
  }

  @Test
  void missingPathIsCalledSo() {
    var problem =
        catchThrowableOfType(
            Problem.class, () -> ModelReference.parse(folder.resolve("none").toString()));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.what())
        .isEqualTo("There is no file or folder " + folder.resolve("none") + ".");
    assertThat(problem.remedy()).isEqualTo(FORMS);
  }

  @Test
  void otherFilesAreNoModels() throws IOException {
    var file = Files.createFile(folder.resolve("model.safetensors"));

    assertThatThrownBy(() -> ModelReference.parse(file.toString()))
        .isInstanceOf(Problem.class)
        .hasMessage(
            file + " is a file, but not an ONNX file.\nIts name does not end in .onnx.\n" + FORMS);
  }

  @Test
  void localModelsTravelUnderTheirLastName() {
    assertThat(new ModelReference.Folder(Path.of("/home/me/models/minilm/")).portableText())
        .isEqualTo("minilm");
    assertThat(new ModelReference.OnnxFile(Path.of("models/../minilm.onnx")).portableText())
        .isEqualTo("minilm.onnx");
    assertThat(new ModelReference.HubRepository("owner/name", "main").portableText())
        .isEqualTo("owner/name");
  }

  @Test
  void nameWithoutOwnerIsRefusedWithTheForms() {
    assertThatThrownBy(() -> ModelReference.parse("bert-base-uncased"))
        .isInstanceOf(Problem.class)
        .hasMessage(
            """
            There is no file or folder "bert-base-uncased", and it is not the name of a hub repository.
            Expected owner/name of letters, digits, '.', '_' and '-', at most 96 each.
            """
                + FORMS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a/b/c",
        "../up/x",
        "a/..",
        "a/b--c",
        "a/b@",
        "a/b@../x",
        "a/b@/x",
        "a/b@-x",
        "a/b@x/../y",
        "a/b@x y",
        "a\0b",
        "none.onnx",
        "maven:g:a",
        "maven:g:a:v:x",
        "maven:g:a:[1,2)",
        "maven:g:..:1",
        "maven:g/x:a:1",
        "maven:g:a:LATEST"
      })
  void whateverElseIsBadInput(String text) {
    var problem = catchThrowableOfType(Problem.class, () -> ModelReference.parse(text));

    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
    assertThat(problem.remedy()).isEqualTo(FORMS);
  }
}
