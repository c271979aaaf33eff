package dev.embark.pass;

import dev.embark.graph.Graph;
import java.util.List;

/// One rewriting of a graph that does not change what it computes.
///
/// A pass knows no target and no file. `requires` and `ensures` are checked around every `apply`,
/// so an order that does not work is found where it is written.
public interface Pass {
  /// Returns the name in recipes and manifests: the class name, an imperative phrase.
  default String name() {
    return getClass().getSimpleName();
  }

  /// Throws `IllegalStateException` where `graph` is not ready for this pass.
  void requires(Graph graph);

  /// Returns the rewritten graph, or `graph` itself where nothing was to be done.
  Graph apply(Graph graph);

  /// Throws `IllegalStateException` where `result` is not what this pass promises.
  void ensures(Graph result);

  /// Applies passes in order, each between its own checks.
  static Graph applyAll(Graph graph, List<Pass> passes) {
    var current = graph;
    for (var pass : passes) {
      pass.requires(current);
      current = pass.apply(current);
      pass.ensures(current);
    }
    return current;
  }
}
