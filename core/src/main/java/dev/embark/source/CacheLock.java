package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/// The right to write one file of a cache, held against other threads and other processes.
///
/// Threads first: a file lock belongs to the whole JVM, and on POSIX systems closing *any* channel
/// of the lock file ends it. That is why the locks between threads must be shared by everybody in
/// this JVM; there is a fixed number of them, and no thread takes two.
///
/// Python's `flock` and this lock (`fcntl`) do not see each other on Linux, so a lock never
/// protects against other programs: what they do not share by name (see [HubCache]) cannot be
/// damaged.
final class CacheLock implements AutoCloseable {
  private static final ReentrantLock[] THREADS =
      IntStream.range(0, 64).mapToObj(_ -> new ReentrantLock()).toArray(ReentrantLock[]::new);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final ReentrantLock thread;
  private final FileChannel channel;

  private CacheLock(ReentrantLock thread, FileChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /// Waits for the lock, at most `longest`; the lock file is created and stays.
  static CacheLock acquire(Path file, Duration longest) throws IOException {
    long deadline = System.nanoTime() + longest.toNanos();
    var thread = THREADS[Math.floorMod(file.toAbsolutePath().normalize().hashCode(), 64)];
    try {
      if (!thread.tryLock(longest.toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy(file, longest);
      }
    } catch (InterruptedException e) {
      throw Patience.interrupted();
    }
    try {
      return new CacheLock(thread, lockFile(file, longest, deadline));
    } catch (IOException | RuntimeException e) {
      thread.unlock();
      throw e;
    }
  }

  private static FileChannel lockFile(Path file, Duration longest, long deadline)
      throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      while (!tryLock(channel)) {
        if (System.nanoTime() - deadline > 0) {
          throw busy(file, longest);
        }
        Thread.sleep(LOOK_AGAIN);
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    } catch (InterruptedException e) {
      channel.close();
      throw Patience.interrupted();
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static Problem busy(Path file, Duration longest) {
    return new Problem(
        Category.UNWRITABLE,
        "Another process has held " + file + " for " + longest.toSeconds() + " seconds.",
        "It fetches the same file.",
        "Wait until it has finished, or end it.");
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      thread.unlock();
    }
  }
}
