package dev.embark.cli;

import dev.embark.progress.Progress;
import java.io.PrintStream;
import java.util.Map;

/// One run of one command, as the command sees it: how it talks, and what the user has set.
final class Console {
  /// For whom standard output is.
  enum Format {
    /// For people.
    TEXT,
    /// For programs: one JSON document, printed by the frame.
    JSON
  }

  private final PrintStream out;
  private final ErrorLines errorLines;
  private final Format format;
  private final Map<String, String> environment;

  Console(PrintStream out, ErrorLines errorLines, Format format, Map<String, String> environment) {
    this.out = out;
    this.errorLines = errorLines;
    this.format = format;
    this.environment = environment;
  }

  /// Prints a line of the result on standard output, at once; under `--json` the document says it
  /// instead.
  void line(String text) {
    switch (format) {
      case TEXT -> out.println(text);
      case JSON -> {}
    }
  }

  /// Tells people something beside the result, on standard error.
  void note(String text) {
    errorLines.print(text);
  }

  /// Returns where long work reports to.
  Progress progress() {
    return errorLines.progress();
  }

  Format format() {
    return format;
  }

  Map<String, String> environment() {
    return environment;
  }
}
