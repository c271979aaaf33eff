package dev.embark.graph;

import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;

/// A trained parameter: its name in the checkpoint and its values, which nobody has read yet.
public record Constant(String name, Weight weight) {
  public Shape shape() {
    return weight.shape();
  }

  /// Returns one of several parameters that are stored on top of each other, such as the queries of
  /// `Wqkv`.
  ///
  /// @param part what it is called behind the name of the whole
  public Constant rows(String part, long first, long count) {
    return new Constant(name + "." + part, new Weight.Rows(weight, first, count));
  }

  @Override
  public String toString() {
    return name + " " + shape();
  }
}
