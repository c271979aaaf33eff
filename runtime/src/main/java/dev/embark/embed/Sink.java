package dev.embark.embed;

/// Where the vectors of a stream go.
@FunctionalInterface
public interface Sink {
  /// Takes the vector of the text at `index`, counted from 0; called in the order of the texts, on
  /// the thread that asked for them.
  void accept(long index, Embedding embedding);
}
