package dev.embark.convert;

/// What sizes of input a file takes.
public sealed interface Shapes {
  /// Any number of texts of any length.
  record Dynamic() implements Shapes {}

  /// Exactly `batch` texts of `sequence` tokens: what has fewer is filled up.
  record Fixed(int batch, int sequence) implements Shapes {
    public Fixed {
      if (batch < 1 || sequence < 1) {
        throw new IllegalArgumentException(batch + " texts of " + sequence + " tokens");
      }
    }
  }
}
