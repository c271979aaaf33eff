package dev.embark.format.mlprogram;

import java.util.List;

/// What a function takes, keeps and gives, as an app sees it.
public record Signature(List<Feature> inputs, List<Feature> outputs, List<Feature> states) {
  public Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    states = List.copyOf(states);
  }

  static Signature none() {
    return new Signature(List.of(), List.of(), List.of());
  }
}
