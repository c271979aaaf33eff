package dev.embark.format.onnx;

import java.util.List;

/// One operation; values are bound by name.
///
/// @param opType operator in the spelling of its set, such as `MatMul`
/// @param domain operator set, `""` for the standard one
/// @param name name of the node, or empty
/// @param inputs names of the values read; `""` stands for an optional input left out
/// @param outputs names of the values made; `""` stands for an optional output left out
public record OnnxNode(
    String opType,
    String domain,
    String name,
    List<String> inputs,
    List<String> outputs,
    List<OnnxAttribute> attributes) {
  public OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = List.copyOf(attributes);
  }
}
