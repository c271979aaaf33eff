package dev.embark.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// `embark` itself: what every command understands.
@Command(
    name = "embark",
    header = {"Takes text-embedding models on board: converts, verifies, runs.", ""},
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    usageHelpAutoWidth = false,
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Exit codes: 0 done; 2 wrong usage; 3 bad input; 4 not supported; 5 verification failed;",
      "6 something needed is missing; 7 network not reachable; 8 output cannot be written;",
      "130 interrupted; 1 only for a defect of Embark."
    })
final class RootCommand {
  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document on standard output.")
  boolean json;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print stack traces of failures.")
  boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print this help.")
  boolean help;

  @Option(names = "--version", description = "Print the version.")
  boolean version;
}
