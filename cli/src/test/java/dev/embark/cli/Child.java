package dev.embark.cli;

import dev.embark.cli.Scene.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The program in a process of its own.
final class Child implements AutoCloseable {
  private final Scene scene;
  private final Path output;
  private final Path errors;
  private final Process process;

  private Child(Scene scene, Path output, Path errors, Process process) {
    this.scene = scene;
    this.output = output;
    this.errors = errors;
    this.process = process;
  }

  /// How a child is started.
  ///
  /// @param preparation what the shell does before, such as `ulimit -f 100;`, or empty
  record Start(Scene scene, String preparation, List<String> jvmOptions) {
    Start(Scene scene) {
      this(scene, "", List.of());
    }

    Child run(String... words) throws IOException {
      // A shell in the background, as of a build server, lets its children ignore Ctrl-C.
      var command = new ArrayList<>(List.of("env", "--default-signal=INT", "/bin/sh", "-c"));
      command.addAll(List.of(preparation + " exec \"$@\"", "embark"));
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // The performance counters are a file too, and would meet a limit first.
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData"));
      command.addAll(jvmOptions);
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add(Main.class.getName());
      Arrays.stream(words).map(scene::toPath).forEach(command::add);
      var output = Files.createTempFile("embark", ".out");
      var errors = Files.createTempFile("embark", ".err");
      var builder = new ProcessBuilder(command);
      builder.environment().putAll(scene.environment());
      builder.environment().put("LC_ALL", "C.UTF-8");
      builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
      return new Child(scene, output, errors, builder.start());
    }
  }

  /// Sends what Ctrl-C sends.
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-s", "INT", Long.toString(process.pid())).start().waitFor();
  }

  /// Writes what the child reads from its standard input, and ends it.
  void answer(String text) throws IOException {
    try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
      stdin.write(text);
    }
  }

  Ended await() throws IOException, InterruptedException {
    int exitCode = process.waitFor();
    return new Ended(
        exitCode,
        scene.fromPath(Files.readString(output)),
        scene.fromPath(Files.readString(errors)));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(output);
    Files.deleteIfExists(errors);
  }
}
