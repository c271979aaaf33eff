package dev.embark.convert;

import dev.embark.graph.Graph;
import dev.embark.graph.Op;

/// What a model costs to compute, and with that how much of it slow witnesses can be asked.
///
/// @param perToken multiplications of matrices; scores of tokens add little to them at the lengths
///   of probes
record Work(long perToken) {
  /// Multiplications that the interpreter's part of a proof may cost, about two minutes on two
  /// cores.
  private static final long INTERPRETED = 500_000_000_000L;

  /// Multiplications that the texts of a bit-level simulator's part may cost, which takes 40
  /// seconds of a core for a thousand million: about a quarter of an hour on two.
  private static final long SIMULATED = 50_000_000_000L;

  private static final int TOKENS_MIN = 160;

  static Work of(Graph graph) {
    long perToken = 1;
    for (var node : graph.nodes()) {
      if (node.op() instanceof Op.Linear || node.op() instanceof Op.Mixture) {
        for (var constant : node.op().constants()) {
          perToken += constant.shape().elementCount();
        }
      }
    }
    return new Work(perToken);
  }

  /// Returns how many tokens the interpreter computes in reasonable time.
  long tokens() {
    return Math.max(TOKENS_MIN, INTERPRETED / perToken);
  }

  /// Returns how many tokens, padding included, a bit-level simulator does.
  long simulated() {
    return SIMULATED / perToken;
  }
}
