package dev.embark.timing;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// Time by file, and how many texts it was spent on.
final class Stopwatch {
  private final LongSupplier nanos;
  private final Map<Path, Spent> spent = new ConcurrentHashMap<>();

  /// Starts with nothing.
  ///
  /// @param nanos rising, of any beginning
  Stopwatch(LongSupplier nanos) {
    this.nanos = nanos;
  }

  private record Spent(long nanos, long texts) {
    Spent plus(Spent other) {
      return new Spent(nanos + other.nanos, texts + other.texts);
    }
  }

  long now() {
    return nanos.getAsLong();
  }

  void add(Path file, long nanos, long texts) {
    spent.merge(file, new Spent(nanos, texts), Spent::plus);
  }

  void clear() {
    spent.clear();
  }

  /// Returns the nanoseconds a text that files took together, nothing where none of them ran.
  OptionalDouble perText(Collection<Path> files) {
    var together =
        files.stream()
            .map(file -> spent.getOrDefault(file, new Spent(0, 0)))
            .reduce(new Spent(0, 0), Spent::plus);
    return together.texts() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) together.nanos() / together.texts());
  }
}
