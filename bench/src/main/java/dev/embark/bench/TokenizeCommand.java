package dev.embark.bench;

import java.nio.file.Path;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `embark-bench tokenize`: runs [TokenizerBenchmark].
@Command(
    name = "tokenize",
    description = "Encodes texts with our tokenizer and with the native library's Java binding.")
final class TokenizeCommand implements Runnable {
  @Option(names = "--data", paramLabel = "DIR", defaultValue = "../shared/data")
  private Path data = Path.of("");

  @Override
  public void run() {
    var options =
        new OptionsBuilder()
            .include(TokenizerBenchmark.class.getName())
            .jvmArgsAppend(
                "--enable-native-access=ALL-UNNAMED",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-D" + TokenizerBenchmark.DATA + "=" + data.toAbsolutePath())
            .build();
    try {
      new Runner(options).run();
    } catch (RunnerException e) {
      throw new IllegalStateException(e);
    }
  }
}
