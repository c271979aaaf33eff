package dev.embark.cli;

/// The entry point of the program.
public final class Main {
  private Main() {}

  /// Runs one command and ends the process with its exit code.
  public static void main(String... words) {
    var cli = new Cli(Surroundings.ofProcess(), Commands.all());
    Runtime.getRuntime().addShutdownHook(new Thread(cli::interrupted, "interrupted"));
    System.exit(cli.run(words));
  }
}
