package dev.embark.toolchain.rknn;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A Python of the version that the toolkit's native modules are for.
final class Python {
  /// Of the variable that names one which is not on the path.
  static final String VARIABLE = "EMBARK_PYTHON";

  private static final String VERSION = "3.11";
  private static final long PATIENCE_SECONDS = 20;
  private static final String QUESTION =
      "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)";

  private Python() {}

  /// Returns the program; throws a `Problem` of category `UNAVAILABLE` where there is none.
  ///
  /// @param environment variables, of which `EMBARK_PYTHON` may name it
  static Path find(Map<String, String> environment) {
    var named = Optional.ofNullable(environment.get(VARIABLE)).filter(name -> !name.isBlank());
    var candidates = named.map(List::of).orElse(List.of("python" + VERSION, "python3"));
    return candidates.stream()
        .flatMap(candidate -> executable(candidate).stream())
        .findFirst()
        .orElseThrow(() ->
            new Problem(
                Category.UNAVAILABLE,
                "There is no Python " + VERSION + ".",
                "Rockchip's compiler is made of Python modules for that version; tried: "
                    + candidates
                    + ".",
                "Install it, or name it with " + VARIABLE + "."));
  }

  private static Optional<Path> executable(String candidate) {
    try {
      // Shims of version managers may complain first, of a locale for instance.
      var process =
          new ProcessBuilder(candidate, "-c", QUESTION)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      var start = VERSION + " ";
      return answer.startsWith(start)
          ? Optional.of(Path.of(answer.substring(start.length()).strip()))
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
