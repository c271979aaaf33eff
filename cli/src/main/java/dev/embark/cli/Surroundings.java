package dev.embark.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What the process gives a command: its streams and its environment variables.
///
/// Both streams are UTF-8 whatever the locale says: JSON has no other encoding.
record Surroundings(
    PrintStream out, PrintStream err, ErrorStream errorStream, Map<String, String> environment) {
  Surroundings {
    environment = Map.copyOf(environment);
  }

  /// Where the stream for people ends.
  enum ErrorStream {
    /// A person watches: lines may be drawn over.
    TERMINAL,
    /// A file or a pipe: nothing is drawn over.
    PLAIN
  }

  /// Returns the surroundings of this process. Java cannot tell whether stderr is a terminal, so
  /// the launcher says it.
  static Surroundings ofProcess() {
    var environment = System.getenv();
    boolean watched =
        System.getProperty("embark.stderr", "").equals("terminal")
            && !"dumb".equals(environment.get("TERM"));
    return new Surroundings(
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        watched ? ErrorStream.TERMINAL : ErrorStream.PLAIN,
        environment);
  }
}
