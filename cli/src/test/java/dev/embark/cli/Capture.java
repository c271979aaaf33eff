package dev.embark.cli;

import dev.embark.cli.Surroundings.ErrorStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// One run of the command line with what it printed.
final class Capture {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Cli cli;

  private Capture(ErrorStream errorStream, Map<String, String> environment, List<Action> commands) {
    cli =
        new Cli(
            new Surroundings(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                errorStream,
                environment),
            commands);
  }

  /// Returns a command line, its standard error in a file, that knows these commands.
  static Capture of(Action... commands) {
    return new Capture(ErrorStream.PLAIN, Map.of(), List.of(commands));
  }

  /// Returns a command line on a terminal that knows these commands.
  static Capture onTerminal(Action... commands) {
    return new Capture(ErrorStream.TERMINAL, Map.of(), List.of(commands));
  }

  /// Returns the whole program in an environment.
  static Capture with(ErrorStream errorStream, Map<String, String> environment) {
    return new Capture(errorStream, environment, Commands.all());
  }

  Cli cli() {
    return cli;
  }

  int run(String... words) {
    return cli.run(words);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
