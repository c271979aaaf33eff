package dev.embark.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class BundleWriterTest {
  @TempDir Path temporary;

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void isUnwritable(Throwable problem) {
    assertThat(((Problem) problem).category()).isEqualTo(Category.UNWRITABLE);
  }

  @Test
  void uncommittedBundleLeavesNothing() throws IOException {
    try (var writer = BundleWriter.create(temporary.resolve("a/b/bundle"))) {
      writer.write("onnx/model.onnx", new byte[1]);
      assertThat(writer.folder()).isDirectory();
    }
    assertThat(left()).isEmpty();
  }

  @Test
  void committedBundleStaysAndHasNoTrace() throws IOException {
    Path source = Files.writeString(temporary.resolve("source"), "[]");
    try (var writer = BundleWriter.create(temporary.resolve("a/bundle"))) {
      writer.write(SampleManifest.MODEL, new byte[] {1});
      writer.copy(source, "tokenizer.json");
      var files = writer.digests();
      assertThat(files)
          .extracting(FileDigest::path)
          .containsExactly("onnx/model.onnx", "tokenizer.json");
      writer.commit(SampleManifest.of(files, new Proof.Skipped()));
    }
    assertThat(left()).containsExactly("a", "source");
    assertThat(temporary.resolve("a/bundle/tokenizer.json")).hasContent("[]");
    try (Stream<Path> files = Files.list(temporary.resolve("a"))) {
      assertThat(files).containsExactly(temporary.resolve("a/bundle"));
    }
  }

  @Test
  void existingOutputIsRefusedUntouched() throws IOException {
    Path target = Files.createDirectory(temporary.resolve("bundle"));
    assertThatThrownBy(() -> BundleWriter.create(target))
        .satisfies(BundleWriterTest::isUnwritable)
        .hasMessage(
            target
                + " exists already.\n"
                + "Embark never writes over anything.\n"
                + "Choose another name with -o, or remove it first.");
    assertThat(left()).containsExactly("bundle");
  }

  @Test
  void outputThatAppearsMeanwhileIsNotReplaced() throws IOException {
    Path target = temporary.resolve("bundle");
    try (var writer = BundleWriter.create(target)) {
      writer.write(SampleManifest.MODEL, new byte[] {1});
      Files.createDirectory(target);
      var manifest = SampleManifest.of(writer.digests(), new Proof.Skipped());
      assertThatThrownBy(() -> writer.commit(manifest))
          .satisfies(BundleWriterTest::isUnwritable)
          .hasMessageStartingWith(target + " exists already.");
    }
    assertThat(left()).containsExactly("bundle");
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void fileInThePlaceOfTheParentIsNamed() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    assertThatThrownBy(() -> BundleWriter.create(file.resolve("bundle")))
        .satisfies(BundleWriterTest::isUnwritable)
        .hasMessage(
            "Cannot write "
                + file.resolve("bundle")
                + ".\n"
                + file
                + " is a file; a folder is needed there.\n"
                + "Choose another place with -o, or make room and check the permissions there.");
    assertThat(left()).containsExactly("file");
  }

  @Test
  void manifestThatMissesAFileIsADefect() throws IOException {
    try (var writer = BundleWriter.create(temporary.resolve("bundle"))) {
      var manifest = SampleManifest.of(List.of(), new Proof.Skipped());
      writer.write("surplus", new byte[1]);
      assertThatThrownBy(() -> writer.commit(manifest)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(left()).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void fullDiskEndsInAProblemAndLeavesNothing() throws Exception {
    // A limit on the size of files fails a write the way a full disk does.
    var child = child("ulimit -f 64; exec \"$@\"", "fill");
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("UNWRITABLE");
      assertThat(out.readLine())
          .isEqualTo(
              "Cannot write onnx/model.onnx. File too large. Choose another place with -o,"
                  + " or make room and check the permissions there.");
    }
    assertThat(child.waitFor()).isZero();
    assertThat(left()).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void stoppedProcessLeavesNothing() throws Exception {
    var child = child("exec \"$@\"", "wait");
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("written");
      assertThat(left()).hasSize(1).first().asString().startsWith(".bundle.embark-");
      child.destroy();
      assertThat(child.waitFor()).isEqualTo(128 + 15);
    } finally {
      child.destroyForcibly();
    }
    assertThat(left()).isEmpty();
  }

  private Process child(String shell, String action) throws IOException {
    var command = new ArrayList<>(List.of("/bin/sh", "-c", shell, "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The performance counters are a file too, and would meet the limit first.
    command.add("-XX:-UsePerfData");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(BundleWriterProcess.class.getName(), action));
    command.add(temporary.resolve("bundle").toString());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
