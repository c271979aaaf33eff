package dev.embark.cli;

import dev.embark.cli.Surroundings.ErrorStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// Runs short commands for nobody, so that the JVM can record how to start them faster; the
/// launcher does this once after a build.
public final class Rehearsal {
  private static final String[][] COMMANDS = {{"--help"}, {"doctor"}, {"doctor", "--json"}};

  private Rehearsal() {}

  public static void main(String... words) {
    var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    var surroundings = new Surroundings(nowhere, nowhere, ErrorStream.PLAIN, System.getenv());
    for (var command : COMMANDS) {
      new Cli(surroundings, Commands.all()).run(command);
    }
  }
}
