package dev.embark.format.onnx;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// An ONNX model: the graph and the versions it is to be read by.
///
/// @param irVersion version of the file format
/// @param opsets version of each imported operator set by domain; the standard domain is `""`
/// @param producerName tool that wrote the file, or empty
/// @param producerVersion version of that tool, or empty
/// @param metadata free texts by key
public record OnnxModel(
    long irVersion,
    SortedMap<String, Long> opsets,
    String producerName,
    String producerVersion,
    SortedMap<String, String> metadata,
    OnnxGraph graph) {
  public OnnxModel {
    opsets = Collections.unmodifiableSortedMap(new TreeMap<>(opsets));
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }

  /// Returns this model with other constants.
  public OnnxModel with(List<OnnxInitializer> initializers) {
    var changed =
        new OnnxGraph(graph.name(), graph.inputs(), graph.outputs(), graph.nodes(), initializers);
    return new OnnxModel(irVersion, opsets, producerName, producerVersion, metadata, changed);
  }
}
