package dev.embark.cli;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// A file of texts, for a command that also takes texts as words.
final class InputOption {
  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "Texts: .jsonl with {\"text\": …} a line, else a text a line.")
  private Optional<Path> input = Optional.empty();

  /// Refuses a command line with neither texts nor a file of texts, or with both.
  ///
  /// @param work what the texts are for, such as `embed`
  void requireEither(List<String> texts, String work) {
    if (texts.isEmpty() && input.isEmpty()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "There is nothing to " + work + ".",
          "",
          "Give texts as arguments, or a file with --input.");
    }
    if (!texts.isEmpty() && input.isPresent()) {
      throw new Problem(
          Category.WRONG_USAGE, "Both texts and --input are given.", "", "Give one of the two.");
    }
  }

  /// Returns the file of texts, if one is given.
  Optional<Path> file() {
    return input;
  }
}
