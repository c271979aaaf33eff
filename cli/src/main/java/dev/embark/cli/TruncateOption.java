package dev.embark.cli;

import dev.embark.embed.Truncation;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What becomes of texts that are too long.
final class TruncateOption {
  @Option(
      names = "--truncate",
      paramLabel = "HOW",
      description =
          "Texts longer than the model takes: end or start is left out, or error. By default the"
              + " model decides.")
  private Optional<String> how = Optional.empty();

  Truncation truncation() {
    return how.map(TruncateOption::parse).orElse(Truncation.AS_MODEL);
  }

  private static Truncation parse(String word) {
    return switch (word) {
      case "end" -> Truncation.END;
      case "start" -> Truncation.START;
      case "error" -> Truncation.ERROR;
      default -> // an open set of words, of which these are known
          throw new Problem(
              Category.WRONG_USAGE,
              "--truncate " + word + " is not known; known are end, start, error.",
              "",
              "Name one of them.");
    };
  }
}
