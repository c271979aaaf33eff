package dev.embark.backend.coreml;

import java.util.Map;

/// A way to compute a function of a package: Embark's own loops, or Core ML.
interface Computation extends AutoCloseable {
  /// Returns the values of all outputs, given the integers of all inputs, both by the names that
  /// the package has for them; sizes are those of its signature.
  Map<String, float[]> run(Map<String, int[]> inputs);

  @Override
  void close();
}
