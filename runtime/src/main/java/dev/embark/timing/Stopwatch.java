package dev.embark.timing;

import dev.embark.backend.Executable;
import dev.embark.backend.Observed;
import dev.embark.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// Time by file, and how many texts it was spent on.
final class Stopwatch implements Observed.Observer {
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

  @Override
  public void run(
      Path file, Executable own, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    long texts = inputs.values().iterator().next().shape().size(0);
    long start = nanos.getAsLong();
    own.run(inputs, outputs);
    spent.merge(file, new Spent(nanos.getAsLong() - start, texts), Spent::plus);
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
