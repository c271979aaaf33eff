package dev.embark.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The entry point of the benchmarks.
@Command(
    name = "embark-bench",
    description = "Measures Embark beside others, on this machine.",
    subcommands = {EmbedBenchmark.class, TokenizeCommand.class, CommandCosts.class})
public final class Main implements Runnable {
  private Main() {}

  public static void main(String... words) {
    // Without these, the native tokenizers library asks the network for another build of itself,
    // and tells its makers that it runs.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.exit(new CommandLine(new Main()).execute(words));
  }

  @Override
  public void run() {
    new CommandLine(this).usage(System.out);
  }
}
