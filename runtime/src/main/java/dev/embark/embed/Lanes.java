package dev.embark.embed;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// A fixed number of threads with a [Lane] each, which all users of an [Engine] share.
///
/// A call waits for its result and queues at most one task a thread, so the queue is as long as
/// there are waiting calls.
final class Lanes implements AutoCloseable {
  /// Something to do for each of a number of items.
  interface Work {
    void item(Lane lane, int index);
  }

  private final int count;
  private final ExecutorService threads;
  private final ArrayBlockingQueue<Lane> free;

  Lanes(int count, Supplier<Lane> lane) {
    this.count = count;
    this.threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("embark-embed-", 1).factory());
    this.free = new ArrayBlockingQueue<>(count);
    for (int i = 0; i < count; i++) {
      free.add(lane.get());
    }
  }

  /// Does `work` for the items 0 to `items` - 1 on all threads, and returns when all is done.
  ///
  /// The first failure stops the rest and is thrown; so does an interrupt of the calling thread, as
  /// a problem of category `INTERRUPTED`. Each thread finishes the item it is at.
  void share(int items, Work work) {
    var next = new AtomicInteger();
    var tasks = new ArrayList<Future<?>>();
    for (int i = 0; i < Math.min(items, count); i++) {
      tasks.add(submit(() -> take(next, items, work)));
    }
    var failures = new ArrayList<ExecutionException>();
    // A task that is done already would not notice.
    boolean interrupted = Thread.interrupted();
    if (interrupted) {
      next.set(items);
    }
    for (var task : tasks) {
      boolean waiting = true;
      while (waiting) {
        try {
          task.get();
          waiting = false;
        } catch (ExecutionException e) {
          next.set(items);
          failures.add(e);
          waiting = false;
        } catch (InterruptedException _) {
          next.set(items);
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      throw interrupted();
    }
    if (!failures.isEmpty()) {
      throw cause(failures.getFirst());
    }
  }

  /// Returns what a task threw, which is never checked.
  static RuntimeException cause(ExecutionException failure) {
    return switch (failure.getCause()) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case null, default -> new IllegalStateException(failure);
    };
  }

  /// Keeps the interrupt of this thread and returns what to throw for it.
  static Problem interrupted() {
    Thread.currentThread().interrupt();
    return new Problem(Category.INTERRUPTED, "Embedding was interrupted.", "", "");
  }

  private Future<?> submit(Runnable task) {
    try {
      return threads.submit(task);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("the embedder is closed", e);
    }
  }

  private void take(AtomicInteger next, int items, Work work) {
    Lane lane = free.remove();
    try {
      for (int i = next.getAndIncrement(); i < items; i = next.getAndIncrement()) {
        work.item(lane, i);
      }
    } finally {
      free.add(lane);
    }
  }

  /// Waits for calls under way, then releases the threads and the lanes' memory.
  @Override
  public void close() {
    threads.close();
    List.copyOf(free).forEach(Lane::close);
  }
}
