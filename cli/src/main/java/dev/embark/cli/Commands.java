package dev.embark.cli;

import java.util.List;

/// The commands of the command line, in the order in which `--help` shows them.
final class Commands {
  private Commands() {}

  /// Returns every command; a new one is one class and one line here.
  static List<Action> all() {
    return List.of(
        new QuickstartCommand(),
        new ConvertCommand(),
        new VerifyCommand(),
        new EmbedCommand(),
        new RerankCommand(),
        new EvaluateCommand(),
        new BenchCommand(),
        new TokenizeCommand(),
        new InspectCommand(),
        new ModelsCommand(),
        new ToolchainCommand(),
        new DoctorCommand());
  }
}
