package dev.embark.graph;

import java.util.List;

/// Feed-forward networks of which each token uses a few, chosen by a router.
///
/// The `used` experts with the largest probabilities `p = softmax(x·routerᵀ)` answer; the result is
/// `Σ pₑ·(function(x·inₑᵀ)·outₑ) + bias`, the probabilities not being scaled to a sum of 1.
///
/// @param router `[count, hidden]`
/// @param inner `[count·intermediate, hidden]`, expert after expert
/// @param outer `[count·intermediate, hidden]`, expert after expert
/// @param bias `[hidden]`
/// @param used number of experts a token uses
public record Experts(
    Constant router, Constant inner, Constant outer, Constant bias, int used, Activation function) {
  /// Returns the number of experts.
  public int count() {
    return (int) router.shape().size(0);
  }

  /// Returns the width inside an expert.
  public int intermediate() {
    return (int) inner.shape().size(0) / count();
  }

  List<Constant> constants() {
    return List.of(router, inner, outer, bias);
  }

  @Override
  public String toString() {
    return used + " of " + count() + ", " + function;
  }
}
