package dev.embark.progress;

/// Where long work reports how far it is; the command line draws a bar, a library call stays
/// silent.
public interface Progress {
  /// Listens to nothing.
  Progress SILENT = (what, total, unit) -> units -> {};

  /// What is counted.
  enum Unit {
    BYTES,
    TEXTS,
    STEPS
  }

  /// Announces a piece of work of `total` units; `total` is 0 where it is not known.
  Task begin(String what, long total, Unit unit);

  /// A piece of work under way; close it when it ends, however it ends.
  interface Task extends AutoCloseable {
    /// Reports that `units` more are done; may be called from any thread.
    void advance(long units);

    @Override
    default void close() {}
  }
}
