package dev.embark.source;

/// How much of a model is needed.
public enum Wanted {
  /// Configuration, tokenizer and weights.
  EVERYTHING,
  /// Configuration and tokenizer only: what tokenizing and inspecting need.
  ///
  /// Local folders are listed as they are, and a Maven artifact keeps its ONNX file, because that
  /// file tells which model it is.
  WITHOUT_WEIGHTS
}
