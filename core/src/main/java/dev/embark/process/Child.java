package dev.embark.process;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that is run to its end.
///
/// @param command the program and its arguments, none of which a shell sees
/// @param folder in which it works, and where its output is kept
/// @param environment all variables that it has
/// @param limit after which it is stopped
public record Child(
    List<String> command, Path folder, Map<String, String> environment, Duration limit) {
  /// Enough of the end of an output to see what happened.
  private static final int TOLD_LINES = 12;

  public Child {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /// How a program ended.
  ///
  /// @param exitCode what it said; 128 and more where a signal ended it
  /// @param output all that it printed
  public record Ended(int exitCode, String output) {
    /// Returns the last lines of the output that say anything.
    public String tail() {
      // Without the colours that some print even into files.
      var lines =
          output
              .replaceAll("\u001b\\[[0-9;]*m", "")
              .lines()
              .filter(line -> !line.isBlank())
              .toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
    }
  }

  /// Runs the program. Throws a `Problem`: `UNAVAILABLE` where it does not start or does not end in
  /// time, `INTERRUPTED` where the calling thread is; nothing runs on in either case.
  public Ended run() {
    var log = folder.resolve("output.log");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new Problem(
          Category.UNAVAILABLE,
          "Cannot start " + command.getFirst() + ".",
          String.valueOf(e.getMessage()),
          "Install the toolchain again.",
          e);
    }
    var hook = Thread.ofPlatform().unstarted(() -> stop(process));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new Problem(
            Category.UNAVAILABLE,
            name() + " did not end within " + limit.toSeconds() + " s and was stopped.",
            new Ended(0, read(log)).tail(),
            "Try a smaller model or a shorter sequence, or a faster machine.");
      }
      return new Ended(process.exitValue(), read(log));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(
          Category.INTERRUPTED, name() + " was stopped.", "Somebody asked for it.", "", e);
    } finally {
      stop(process);
      forget(hook);
    }
  }

  private String name() {
    return Path.of(command.getFirst()).getFileName().toString();
  }

  static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The hook is running.
    }
  }

  /// Ends the program with all that it started.
  static void stop(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static String read(Path log) {
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
