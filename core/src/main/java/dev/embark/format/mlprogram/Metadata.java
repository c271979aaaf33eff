package dev.embark.format.mlprogram;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// What Xcode shows of a model.
///
/// @param userDefined anything else, by key
public record Metadata(
    String shortDescription,
    String version,
    String author,
    String license,
    Map<String, String> userDefined) {
  public Metadata {
    userDefined = Collections.unmodifiableMap(new TreeMap<>(userDefined));
  }

  static Metadata none() {
    return new Metadata("", "", "", "", Map.of());
  }
}
