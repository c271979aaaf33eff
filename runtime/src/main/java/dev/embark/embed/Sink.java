package dev.embark.embed;

/// Where the results of a stream go.
@FunctionalInterface
public interface Sink<R> {
  /// Takes the result of the item at `index`, counted from 0; called in the order of the items, on
  /// the thread that asked for them.
  void accept(long index, R result);
}
