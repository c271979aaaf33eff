package dev.embark.bundle;

import dev.embark.bundle.Manifest.Recipe;
import java.util.List;

/// One of the forms in which a bundle holds its model, such as `fp32` and `int8`: the files, how
/// they were made, and what proves them.
///
/// @param layers what became of each layer, in the order of execution; empty where all are stored
///   as the checkpoint has them
public record Variant(Chain chain, Recipe recipe, List<Layer> layers, Proof proof) {
  public Variant {
    layers = List.copyOf(layers);
  }

  /// Returns what tells the variants of a bundle apart.
  public String name() {
    return chain.name();
  }

  /// How one layer is stored and computed, and what that was decided by.
  ///
  /// @param name of its matrix in the checkpoint
  /// @param encoding such as `int8` or `fp32`
  /// @param error share of the layer's own result that its encoding would change, or does change,
  ///   on the calibration texts: the length of the difference by the length of the result
  public record Layer(String name, String encoding, double error) {
    /// Returns whether the layer stays in 32 bits where others do not.
    public boolean isKept() {
      return encoding.equals("fp32");
    }
  }
}
