package dev.embark.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
  private static final String[] MINILM_ALONE = {TokenizerBenchmark.MINILM};

  @Option(names = "--data", paramLabel = "DIR", defaultValue = "../shared/data")
  private Path data = Path.of("");

  @Option(
      names = "--tokenizers",
      paramLabel = "DIR",
      description = "A folder of folders, each with a tokenizer.json; without it MiniLM's alone.")
  private Optional<Path> tokenizers = Optional.empty();

  @Override
  public void run() {
    var options =
        new OptionsBuilder()
            .include(TokenizerBenchmark.class.getName())
            .param("tokenizer", tokenizers.map(TokenizeCommand::names).orElse(MINILM_ALONE))
            .jvmArgsAppend(
                "--enable-native-access=ALL-UNNAMED",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-D"
                    + TokenizerBenchmark.TOKENIZERS
                    + "="
                    + tokenizers.orElse(data).toAbsolutePath(),
                "-D" + TokenizerBenchmark.DATA + "=" + data.toAbsolutePath())
            .build();
    try {
      new Runner(options).run();
    } catch (RunnerException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String[] names(Path folder) {
    try (var folders = Files.list(folder)) {
      return folders
          .filter(each -> Files.exists(each.resolve("tokenizer.json")))
          .map(each -> each.getFileName().toString())
          .sorted()
          .toArray(String[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
