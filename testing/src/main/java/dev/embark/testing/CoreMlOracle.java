package dev.embark.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The checker and evaluator under `tools/coreml`, which stands on coremltools: a stranger to what
/// we write.
public final class CoreMlOracle {
  /// Names the Python that has its packages; see `tools/coreml/README.md`.
  private static final String PYTHON = "embark.coreml.python";

  private CoreMlOracle() {}

  /// Result of a run.
  ///
  /// @param code 0 where nothing is wrong
  public record Said(int code, String text) {}

  /// Checks a package, and evaluates it where options say on what.
  public static Said run(Path folder, List<String> options) throws IOException {
    var python = System.getProperty(PYTHON, "");
    if (python.isEmpty()) {
      throw new IllegalStateException("-D" + PYTHON + "=… has to name the oracle's Python");
    }
    var script = Fixture.testdata().resolveSibling("tools/coreml/mlpackage_oracle.py");
    var command = new ArrayList<>(List.of(python, script.toString(), folder.toString()));
    command.addAll(options);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = process.getInputStream()) {
      var text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Said(process.waitFor(), text);
    } catch (InterruptedException e) {
      process.destroy();
      throw new IOException("interrupted", e);
    }
  }
}
