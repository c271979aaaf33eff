package dev.embark.graph;

import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;

/// What a node computes or an input brings: a name unique in its graph, element type and shape.
public record Value(String name, ElementType type, Shape shape) {
  @Override
  public String toString() {
    return "%" + name;
  }
}
