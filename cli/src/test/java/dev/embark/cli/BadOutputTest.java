package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Places that cannot be written to; what lies there stays as it is. Disks that fill up and
/// interruptions are in `ProcessTest`.
final class BadOutputTest {
  @TempDir Path temporary;
  private Scene scene;

  @BeforeEach
  void copyModel() {
    scene = new Scene(temporary).model("bert-mean");
  }

  private void convertBundle() {
    scene.run("convert", "DIR/model", "-o", "DIR/bundle", "--skip-verification");
  }

  @Test
  void aFolderThatExistsIsNotWrittenOver() {
    scene.write("bundle/mine.txt", "mine");
    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle");

    assertThat(run.err())
        .isEqualTo(
            """
            embark: DIR/bundle exists already.
            Embark never writes over anything.
            Choose another name with -o, or remove it first.
            """);
    assertThat(run.exitCode()).isEqualTo(8);
    assertThat(scene.top()).containsExactly("bundle", "model");
    assertThat(scene.bytes("bundle/mine.txt")).asString().isEqualTo("mine");
  }

  @Test
  void aFileStandsWhereTheFolderShouldBe() {
    scene.write("place", "a file");
    var run = scene.run("convert", "DIR/model", "-o", "DIR/place/bundle");

    assertThat(run.err())
        .isEqualTo(
            """
            embark: Cannot write DIR/place/bundle.
            DIR/place is a file; a folder is needed there.
            Choose another place with -o, or make room and check the permissions there.
            """);
    assertThat(run.exitCode()).isEqualTo(8);
    assertThat(scene.top()).containsExactly("model", "place");
  }

  @Test
  void missingFoldersAboveTheBundleAreTakenAwayAfterAFailure() {
    scene.delete("model/tokenizer.json");
    var run = scene.run("convert", "DIR/model", "-o", "DIR/new/er/bundle");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void anEmptyPathIsNotTheCurrentFolder() {
    var run = scene.run("convert", "DIR/model", "-o", "");

    assertThat(run.err())
        .isEqualTo(
            """
            embark: Invalid value for option '--output': the path is empty.
            See `embark convert --help`.
            """);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void aFileOfVectorsIsNotWrittenOver() {
    convertBundle();
    scene.write("vectors.npy", "mine");
    var run = scene.run("embed", "DIR/bundle", "a text", "--output", "DIR/vectors.npy");

    assertThat(run.err())
        .endsWith(
            """
            embark: DIR/vectors.npy exists already.
            Embark does not overwrite files.
            Choose another name, or remove the file first.
            """);
    assertThat(run.exitCode()).isEqualTo(8);
    assertThat(scene.bytes("vectors.npy")).asString().isEqualTo("mine");
  }

  @Test
  void vectorsNeedAFolder() {
    convertBundle();
    var run = scene.run("embed", "DIR/bundle", "a text", "--output", "DIR/none/vectors.npy");

    assertThat(run.err())
        .endsWith(
            """
            embark: Cannot write DIR/none/vectors.npy: its folder does not exist.
            Create the folder first.
            """);
    assertThat(run.exitCode()).isEqualTo(8);
    assertThat(scene.top()).containsExactly("bundle", "model");
  }

  @Test
  void aBadTextLeavesNoFileOfVectors() {
    convertBundle();
    scene.write("texts.jsonl", "{\"text\": \"good\"}\n{\"txt\": \"bad\"}\n");
    var run =
        scene.run(
            "embed", "DIR/bundle", "--input", "DIR/texts.jsonl", "--output", "DIR/vectors.npy");

    assertThat(run.err())
        .endsWith(
            """
            embark: DIR/texts.jsonl, line 2, has no field "text" with a string.
            Give an object {"text": …} a line.
            """);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(scene.top()).containsExactly("bundle", "model", "texts.jsonl");
  }
}
