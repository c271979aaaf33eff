package dev.embark.format;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file under construction: it replaces nothing, and closed without [#finish()] it is deleted.
///
/// Not overwriting is also what keeps a mapped source alive when a model is written back to where
/// it came from.
public final class NewFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final Object lock = new Object();
  private final Thread hook;
  private boolean finished;

  private NewFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
    this.hook = Thread.ofPlatform().name("embark-file-removal").unstarted(this::discard);
  }

  /// Creates an empty file, which must not exist yet.
  public static NewFile create(Path path) {
    try {
      var file =
          new NewFile(
              path,
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
      Runtime.getRuntime().addShutdownHook(file.hook);
      return file;
    } catch (FileAlreadyExistsException e) {
      throw new Problem(
          Category.UNWRITABLE,
          path + " exists already.",
          "Embark does not overwrite files.",
          "Choose another name, or remove the file first.",
          e);
    } catch (NoSuchFileException e) {
      throw new Problem(
          Category.UNWRITABLE,
          "Cannot write " + path + ": its folder does not exist.",
          "",
          "Create the folder first.",
          e);
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  /// Writes bytes into the file.
  @FunctionalInterface
  public interface Body {
    void writeTo(FileChannel channel) throws IOException;
  }

  /// Runs `body` on the channel; its failures are told with the name of this file.
  public void write(Body body) {
    try {
      body.writeTo(channel);
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  /// Says that everything is written, so that the file stays.
  public void finish() {
    synchronized (lock) {
      write(FileChannel::close);
      finished = true;
    }
  }

  @Override
  public void close() {
    discard();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is shutting down: the hook runs or has run.
    }
  }

  private void discard() {
    synchronized (lock) {
      if (finished) {
        return;
      }
      try (channel) {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw unwritable(path, e);
      }
    }
  }

  private static Problem unwritable(Path path, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new Problem(
          Category.INTERRUPTED, "Writing " + path + " was interrupted.", "", "Start it again.", e);
    }
    return new Problem(
        Category.UNWRITABLE,
        "Cannot write " + path + ".",
        String.valueOf(e.getMessage()),
        "Check the space left on the disk and that you may write there.",
        e);
  }
}
