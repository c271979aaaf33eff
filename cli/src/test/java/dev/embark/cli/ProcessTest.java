package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.cli.Child.Start;
import dev.embark.cli.Scene.Ended;
import dev.embark.format.json.Json;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What only a process of its own can show: signals, limits of the system, the real exit code.
@Timeout(120)
final class ProcessTest {
  @TempDir static Path shared;
  @TempDir Path temporary;
  private Scene scene;

  @BeforeAll
  static void convert() throws Exception {
    // A process of its own unpacks the native library into the shared home.
    var first = new Start(new Scene(shared).model("bert-mean"));
    assertThat(run(first, "convert", "DIR/model", "-o", "DIR/bundle"))
        .isEqualTo(
            new Ended(
                0,
                first.scene().run("inspect", "DIR/bundle").out()
                    + "report    DIR/bundle/report.html\n",
                ""));
  }

  @BeforeEach
  void copyModelAndBundle() {
    scene = new Scene(temporary, new Scene(shared).environment());
    Scene.copy(shared.resolve("model"), scene.path("model"));
    Scene.copy(shared.resolve("bundle"), scene.path("bundle"));
  }

  private static Ended run(Start start, String... words) throws IOException, InterruptedException {
    try (var child = start.run(words)) {
      return child.await();
    }
  }

  private Path pipe(String name) throws IOException, InterruptedException {
    var pipe = scene.path(name);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  /// Runs the program until it opens the pipe, which it reads in the middle of its work, and
  /// presses Ctrl-C.
  private Ended interruptedAt(Path pipe, String... words) throws IOException, InterruptedException {
    try (var child = new Start(scene).run(words);
        // Opening waits until the other side has opened too.
        var _ = new FileOutputStream(pipe.toFile())) {
      assertThat(scene.top()).hasSizeGreaterThan(3);
      child.interrupt();
      return child.await();
    }
  }

  @Test
  void anInterruptedConversionLeavesNothing() throws Exception {
    var run =
        interruptedAt(
            pipe("pipe"), "convert", "DIR/model", "-o", "DIR/new", "--reference", "DIR/pipe");

    assertThat(run.exitCode()).isEqualTo(130);
    assertThat(run.out()).isEmpty();
    assertThat(scene.top()).containsExactly("bundle", "model", "pipe");
  }

  @Test
  void anInterruptedConversionSaysSoInOneDocument() throws Exception {
    var run =
        interruptedAt(
            pipe("pipe"),
            "convert",
            "DIR/model",
            "-o",
            "DIR/new",
            "--reference",
            "DIR/pipe",
            "--json");

    assertThat(run.exitCode()).isEqualTo(130);
    var document = Json.parse(run.out().getBytes(StandardCharsets.UTF_8), "stdout");
    assertThat(document.at("/error/category").asString()).isEqualTo("INTERRUPTED");
    assertThat(scene.top()).containsExactly("bundle", "model", "pipe");
  }

  @Test
  void interruptedWritingLeavesNoFileOfVectors() throws Exception {
    var run =
        interruptedAt(
            pipe("pipe"), "embed", "DIR/bundle", "--input", "DIR/pipe", "--output", "DIR/new.npy");

    assertThat(run.exitCode()).isEqualTo(130);
    assertThat(scene.top()).containsExactly("bundle", "model", "pipe");
  }

  @Test
  void aDiskThatFillsUpLeavesNoBundle() throws Exception {
    // Blocks of 512 bytes: the model's file has 190 kB.
    var start = new Start(scene, "ulimit -f 100;", List.of());
    var run = run(start, "convert", "DIR/model", "-o", "DIR/new");

    assertThat(run.err())
        .matches(
            """
            embark: Cannot write DIR/\\.new\\.embark-[0-9a-f]+/onnx/model\\.onnx\\.
            File too large
            Check the space left on the disk and that you may write there\\.
            """);
    assertThat(run.exitCode()).isEqualTo(8);
    assertThat(scene.top()).containsExactly("bundle", "model");
  }

  @Test
  void aDiskThatFillsUpLeavesNoFileOfVectors() throws Exception {
    scene.write("texts.txt", "a text\n".repeat(1000));
    // A vector has 128 bytes, all of them more than twice the limit.
    var start = new Start(scene, "ulimit -f 100;", List.of());
    var run =
        run(start, "embed", "DIR/bundle", "--input", "DIR/texts.txt", "--output", "DIR/new.npy");

    assertThat(run.err())
        .isEqualTo(
            """
            embark: Cannot write DIR/new.npy.
            File too large
            Check the space left on the disk and that you may write there.
            """);
    assertThat(run.exitCode()).isEqualTo(8);
    assertThat(scene.top()).containsExactly("bundle", "model", "texts.txt");
  }

  @Test
  void standardOutputThatFillsUpIsAnError() throws Exception {
    scene.write("texts.txt", "a text\n".repeat(1000));
    var start = new Start(scene, "exec >/dev/full;", List.of());
    var run = run(start, "embed", "DIR/bundle", "--role", "document", "--input", "DIR/texts.txt");

    assertThat(run.err())
        .isEqualTo("embark: Standard output cannot be written: closed, or its disk is full.\n");
    assertThat(run.exitCode()).isEqualTo(8);
  }

  @Test
  void aMissingNativeLibraryIsSaid() throws Exception {
    var start = new Start(scene, "", List.of("-Donnxruntime.native.path=/nowhere"));
    var run = run(start, "embed", "DIR/bundle", "a text");

    assertThat(run.err()).startsWith("embark: The library of ONNX Runtime 1.28.0 for ");
    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void textsMayComeFromStandardInput() throws Exception {
    try (var child = new Start(scene).run("tokenize", "DIR/bundle", "--input", "/dev/stdin")) {
      child.answer("hello\nworld\n");
      var run = child.await();

      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).isEqualTo(scene.run("tokenize", "DIR/bundle", "hello", "world").out());
    }
  }

  @Test
  void anArgumentOutsideTheLocaleIsRefused() throws Exception {
    var start = new Start(scene, "export LC_ALL=C;", List.of());
    var run = run(start, "tokenize", "DIR/bundle", "caf\u00e9");

    assertThat(run.err()).contains("holds characters that could not be read.");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void aRunLeavesNothingInTheTemporaryFolder() throws Exception {
    var empty = Files.createDirectory(scene.path("tmp"));
    var start = new Start(scene, "", List.of("-Djava.io.tmpdir=" + empty));
    var run = run(start, "tokenize", "DIR/model", "a text");

    assertThat(run.exitCode()).isZero();
    assertThat(run(start, "embed", "DIR/bundle", "a text").exitCode()).isZero();
    assertThat(empty).isEmptyDirectory();
  }
}
