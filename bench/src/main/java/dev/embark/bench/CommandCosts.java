package dev.embark.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `embark-bench commands`: what commands of the launcher cost in time and memory, each run in a
/// process of its own.
@Command(
    name = "commands",
    description = "Times convert, embed and quickstart, and watches their memory.")
final class CommandCosts implements Runnable {
  private static final int SAMPLE_MILLIS = 2;
  private static final long WAIT_MINUTES = 10;

  @Option(names = "--launcher", paramLabel = "FILE", defaultValue = "./embark")
  private Path launcher = Path.of("");

  @Option(names = "--runs", paramLabel = "N", defaultValue = "5")
  private int runs;

  /// What one process used.
  ///
  /// @param anonymous most resident memory that belongs to no file, in MB, looked at every 2 ms
  /// @param peak most resident memory, mapped files included, in MB
  private record Cost(double seconds, double anonymous, double peak) {}

  @Override
  public void run() {
    try {
      var work = Files.createTempDirectory("embark-bench");
      try {
        measure(work);
      } finally {
        remove(work);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void measure(Path work) {
    var hub = work.resolve("all-MiniLM-L6-v2");
    var bundle = work.resolve("bundle");
    var output = work.resolve("output");
    HubFolder.write(hub);
    System.out.println("| | seconds | anonymous MB | resident MB |");
    System.out.println("|---|---|---|---|");
    repeat("convert, unverified", output, convert(hub, output, "--skip-verification"));
    repeat("convert, verified", output, convert(hub, output));
    once(convert(hub, bundle));
    repeat("embed one text", output, List.of("embed", bundle.toString(), "It is a fine day."));
    repeat("quickstart", output, List.of("quickstart", "-o", output.toString()));
  }

  private static List<String> convert(Path model, Path output, String... more) {
    var words = new ArrayList<>(List.of("convert", model.toString(), "-o", output.toString()));
    words.addAll(List.of(more));
    return words;
  }

  /// Prints the medians of several runs, `output` being removed after each.
  private void repeat(String name, Path output, List<String> words) {
    var costs =
        IntStream.range(0, runs)
            .mapToObj(_ -> {
              var cost = once(words);
              remove(output);
              return cost;
            })
            .toList();
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f | %.0f | %.0f |%n",
        name,
        Median.of(costs.stream().map(Cost::seconds).toList()),
        Median.of(costs.stream().map(Cost::anonymous).toList()),
        Median.of(costs.stream().map(Cost::peak).toList()));
  }

  private Cost once(List<String> words) {
    var command = new ArrayList<String>();
    command.add(launcher.toAbsolutePath().toString());
    command.addAll(words);
    try {
      long start = System.nanoTime();
      var process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      double anonymous = 0;
      double peak = 0;
      while (!process.waitFor(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
        // The launcher becomes the program, so the process is the same.
        var memory = ProcessMemory.of(process.pid());
        anonymous = Math.max(anonymous, memory.anonymous());
        peak = Math.max(peak, memory.peak());
        if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(WAIT_MINUTES)) {
          process.destroy();
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (process.exitValue() != 0) {
        throw new IllegalStateException(command + " ends with " + process.exitValue());
      }
      return new Cost(seconds, anonymous, peak);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> below = Files.walk(folder)) {
      for (var path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
