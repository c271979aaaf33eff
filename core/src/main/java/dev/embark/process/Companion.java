package dev.embark.process;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that is talked to for as long as it is needed, in a folder of its own that goes with
/// it.
public final class Companion implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final String name;
  private final Path folder;
  private final Process process;
  private final OutputStream requests;
  private final InputStream answers;
  private final Thread hook;

  private Companion(String name, Path folder, Process process) {
    this.name = name;
    this.folder = folder;
    this.process = process;
    this.requests = new BufferedOutputStream(process.getOutputStream());
    this.answers = new BufferedInputStream(process.getInputStream());
    this.hook =
        Thread.ofPlatform()
            .unstarted(() -> {
              Child.stop(process);
              FolderTree.deleteQuietly(folder);
            });
  }

  /// Starts a program; throws a `Problem` of category `UNAVAILABLE` where it does not start.
  ///
  /// @param name by which people know it
  /// @param folder in which it works; it is deleted with all that lies in it
  /// @param environment all variables that it has
  public static Companion start(
      String name, List<String> command, Path folder, Map<String, String> environment) {
    var builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(log(folder).toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      var companion = new Companion(name, folder, builder.start());
      Runtime.getRuntime().addShutdownHook(companion.hook);
      return companion;
    } catch (IOException e) {
      FolderTree.deleteQuietly(folder);
      throw new Problem(
          Category.UNAVAILABLE,
          name + " does not start.",
          String.valueOf(e.getMessage()),
          "Check the space left in the temporary folder, or install the toolchain again.",
          e);
    }
  }

  private static Path log(Path folder) {
    return folder.resolve("errors.log");
  }

  /// Returns where requests are written.
  public OutputStream requests() {
    return requests;
  }

  /// Returns what it has answered.
  public InputStream answers() {
    return answers;
  }

  /// Returns the process, for those who watch it.
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /// Returns all that it has printed on its standard error.
  public String printed() {
    try {
      return new String(Files.readAllBytes(log(folder)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /// Returns what has to be said where it stopped answering.
  public Problem gone(IOException cause) {
    var ending = "it still runs";
    try {
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        ending = "exit code " + process.exitValue();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return new Problem(
        Category.UNAVAILABLE,
        name + " went away (" + ending + ").",
        new Child.Ended(0, printed()).tail(),
        "Try again; if it happens again, install the toolchain again.",
        cause);
  }

  /// Ends the program: the end of its input is its sign, and where it does not heed that it is
  /// stopped.
  @Override
  public void close() {
    try {
      requests.close();
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException _) {
      // It is gone already.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      stop();
    }
  }

  /// Ends the program without waiting for it.
  public void stop() {
    Child.stop(process);
    Child.forget(hook);
    FolderTree.deleteQuietly(folder);
  }
}
