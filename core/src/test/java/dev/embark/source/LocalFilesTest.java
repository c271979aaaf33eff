package dev.embark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference.Folder;
import dev.embark.source.ModelReference.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalFilesTest {
  @TempDir Path folder;

  private Sources sources() {
    return new Sources(new SourceSettings(Map.of(), folder), Progress.SILENT);
  }

  private void create(String name) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.createFile(folder.resolve(name));
  }

  @Test
  void folderIsListedAsItIs() throws IOException {
    create("config.json");
    create("1_Pooling/config.json");
    create(".git/objects/aa");
    create(".gitattributes");

    var fetched = sources().fetch(new Folder(folder), Wanted.EVERYTHING);

    assertThat(fetched.root()).isEqualTo(folder);
    assertThat(fetched.revision()).isEmpty();
    assertThat(fetched.files())
        .containsExactly(Path.of("1_Pooling/config.json"), Path.of("config.json"));
  }

  @Test
  void onnxFileComesWithItsNeighbours() throws IOException {
    create("tiny.onnx");
    create("tiny.onnx_data");
    create("tiny-tokenizer.json");
    create("config.json");
    create("other.onnx");
    create("notes.txt");

    var fetched = sources().fetch(new OnnxFile(folder.resolve("tiny.onnx")), Wanted.EVERYTHING);

    assertThat(fetched.root()).isEqualTo(folder);
    assertThat(fetched.files())
        .map(Path::toString)
        .containsExactly("config.json", "tiny-tokenizer.json", "tiny.onnx", "tiny.onnx_data");
  }

  @Test
  void folderThatIsGoneIsTold() {
    var gone = folder.resolve("gone");

    assertThatThrownBy(() -> sources().fetch(new Folder(gone), Wanted.EVERYTHING))
        .isInstanceOf(Problem.class)
        .hasMessage("Cannot read the folder " + gone + ".\nThere is no such file or folder.");
    assertThatThrownBy(
            () -> sources().fetch(new OnnxFile(folder.resolve("x.onnx")), Wanted.EVERYTHING))
        .isInstanceOf(Problem.class)
        .hasMessage("There is no file " + folder.resolve("x.onnx") + ".");
  }
}
