package dev.embark.graph;

import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;

/// A trained parameter: its name in the checkpoint and its values, which nobody has read yet.
public record Constant(String name, Weight weight) {
  public Shape shape() {
    return weight.shape();
  }

  @Override
  public String toString() {
    return name + " " + shape();
  }
}
