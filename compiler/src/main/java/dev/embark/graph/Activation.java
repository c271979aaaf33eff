package dev.embark.graph;

/// Functions applied to each element.
public enum Activation {
  /// `x·Φ(x)`, with the exact error function (Hendrycks & Gimpel,
  /// <https://arxiv.org/abs/1606.08415>).
  GELU,
  /// `x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))`.
  GELU_TANH,
  /// `ln(1 + max(x, 0))`.
  LOG1P_RELU,
  /// `x·σ(1.702·x)`.
  QUICK_GELU,
  RELU,
  SIGMOID,
  /// `x·σ(x)`.
  SILU,
  TANH
}
