package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.onnx.OnnxValue;
import java.util.stream.Collectors;

/// The text of an ONNX model without its values: what snapshots compare.
final class OnnxText {
  private OnnxText() {}

  static String print(OnnxModel model) {
    var text = new StringBuilder("ir " + model.irVersion() + "\n");
    model
        .opsets()
        .forEach((domain, version) ->
            text.append("opset ")
                .append(domain.isEmpty() ? "ai.onnx" : domain)
                .append(' ')
                .append(version)
                .append('\n'));
    model.graph().inputs().forEach(value -> text.append("input  ").append(typed(value)));
    model.graph().outputs().forEach(value -> text.append("output ").append(typed(value)));
    for (var initializer : model.graph().initializers()) {
      var content = initializer.content();
      text.append("initializer ")
          .append(initializer.name())
          .append(' ')
          .append(content.type())
          .append(' ')
          .append(content.shape())
          .append('\n');
    }
    model.graph().nodes().forEach(node -> text.append(line(node)));
    return text.toString();
  }

  private static String typed(OnnxValue value) {
    return value.name() + " " + value.type() + " " + value.shape() + "\n";
  }

  private static String line(OnnxNode node) {
    var op = node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType();
    var attributes =
        node.attributes().stream().map(OnnxText::attribute).collect(Collectors.joining());
    return String.join(", ", node.outputs())
        + " = "
        + op
        + "("
        + String.join(", ", node.inputs())
        + ")"
        + attributes
        + "\n";
  }

  private static String attribute(OnnxAttribute attribute) {
    return " "
        + attribute.name()
        + "="
        + switch (attribute) {
          case OnnxAttribute.Int(_, var value) -> Long.toString(value);
          case OnnxAttribute.Real(_, var value) -> Float.toString(value);
          case OnnxAttribute.Text(_, var value) -> value;
          case OnnxAttribute.Ints(_, var values) -> values.toString();
          case OnnxAttribute.Reals(_, var values) -> values.toString();
          case OnnxAttribute.TensorOf(_, var value) -> value.type() + " " + value.shape();
          case OnnxAttribute.Other _ -> "?";
        };
  }
}
