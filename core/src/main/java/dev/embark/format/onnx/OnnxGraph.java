package dev.embark.format.onnx;

import java.util.List;

/// Nodes in topological order, the values they start from and the values they end in.
///
/// Old files list their initializers among the inputs too; they are kept as the file has them.
public record OnnxGraph(
    String name,
    List<OnnxValue> inputs,
    List<OnnxValue> outputs,
    List<OnnxNode> nodes,
    List<OnnxInitializer> initializers) {
  public OnnxGraph {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    nodes = List.copyOf(nodes);
    initializers = List.copyOf(initializers);
  }
}
