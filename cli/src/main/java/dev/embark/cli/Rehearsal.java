package dev.embark.cli;

import dev.embark.cli.Surroundings.ErrorStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Runs short commands for nobody, so that the JVM can record how to start them faster; the
/// launcher does this once after a build, and gives it a checkpoint to work with.
///
/// All of it happens in a folder that is gone afterwards, home and caches included.
public final class Rehearsal {
  private static final List<String> ALONE =
      List.of("--help", "--version", "models", "doctor", "doctor --json");

  /// `MODEL` stands for the checkpoint, `BUNDLE` and `APP` for what it is converted to. The second
  /// use of a bundle takes another way than the first.
  private static final List<String> WITH_MODEL =
      List.of(
          "convert MODEL -o BUNDLE --skip-verification",
          "embed BUNDLE first",
          "embed BUNDLE second third",
          "embed BUNDLE fourth --json",
          "rerank BUNDLE --query first second",
          "tokenize BUNDLE fifth",
          "inspect BUNDLE",
          "convert MODEL -o APP --to coreml --skip-verification",
          "inspect APP");

  private Rehearsal() {}

  /// Rehearses; the first word, if there is one, is the folder of a small checkpoint.
  public static void main(String... words) {
    try (var folder = TemporaryFolder.create()) {
      var home = folder.path().toString();
      var environment = Map.of("HOME", home, "HF_HUB_OFFLINE", "1");
      ALONE.forEach(line -> run(environment, line.split(" ")));
      for (var model : words) {
        var places =
            Map.of(
                "MODEL", model,
                "BUNDLE", Path.of(home, "bundle").toString(),
                "APP", Path.of(home, "app").toString());
        for (var line : WITH_MODEL) {
          run(
              environment,
              Arrays.stream(line.split(" "))
                  .map(word -> places.getOrDefault(word, word))
                  .toArray(String[]::new));
        }
      }
    }
  }

  private static void run(Map<String, String> environment, String... words) {
    var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    var surroundings = new Surroundings(nowhere, nowhere, ErrorStream.PLAIN, environment);
    new Cli(surroundings, Commands.all()).run(words);
  }
}
