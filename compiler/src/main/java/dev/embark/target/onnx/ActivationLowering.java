package dev.embark.target.onnx;

import dev.embark.graph.Activation;
import java.util.List;

/// Says activation functions in ONNX operators.
final class ActivationLowering {
  private final NodeList nodes;
  private final Flavor flavor;

  ActivationLowering(NodeList nodes, Flavor flavor) {
    this.nodes = nodes;
    this.flavor = flavor;
  }

  void lower(String out, String input, Activation function) {
    switch (function) {
      case GELU -> {
        switch (flavor) {
          case PORTABLE -> gelu(out, input);
          case ORT -> nodes.node(NodeList.MICROSOFT, "Gelu", out, List.of(input), List.of());
        }
      }
      case GELU_TANH -> geluTanh(out, input);
      case LOG1P_RELU -> {
        var positive = nodes.node("Relu", out + ".positive", List.of(input));
        var shifted = nodes.node("Add", out + ".shifted", List.of(positive, nodes.scalar(1)));
        nodes.node("Log", out, List.of(shifted));
      }
      case QUICK_GELU -> {
        var scaled = nodes.node("Mul", out + ".scaled", List.of(input, nodes.scalar(1.702)));
        var gate = nodes.node("Sigmoid", out + ".gate", List.of(scaled));
        nodes.node("Mul", out, List.of(input, gate));
      }
      case RELU -> nodes.node("Relu", out, List.of(input));
      case SIGMOID -> nodes.node("Sigmoid", out, List.of(input));
      case SILU -> {
        var gate = nodes.node("Sigmoid", out + ".gate", List.of(input));
        nodes.node("Mul", out, List.of(input, gate));
      }
      case TANH -> nodes.node("Tanh", out, List.of(input));
    }
  }

  /// `x·(0.5·(1 + erf(x/√2)))`; ONNX has the operator since version 20 only.
  private void gelu(String out, String input) {
    var ratio = nodes.node("Div", out + ".ratio", List.of(input, nodes.scalar(Math.sqrt(2))));
    var erf = nodes.node("Erf", out + ".erf", List.of(ratio));
    half(out, input, erf);
  }

  /// `x·(0.5·(1 + tanh(√(2/π)·(x + 0.044715·x³))))`.
  private void geluTanh(String out, String input) {
    var square = nodes.node("Mul", out + ".square", List.of(input, input));
    var cubed = nodes.node("Mul", out + ".cubed", List.of(square, input));
    var small = nodes.node("Mul", out + ".small", List.of(cubed, nodes.scalar(0.044715)));
    var inner = nodes.node("Add", out + ".inner", List.of(input, small));
    var scale = nodes.scalar(Math.sqrt(2 / Math.PI));
    var scaled = nodes.node("Mul", out + ".scaled", List.of(inner, scale));
    half(out, input, nodes.node("Tanh", out + ".tanh", List.of(scaled)));
  }

  private void half(String out, String input, String gate) {
    var shifted = nodes.node("Add", out + ".shifted", List.of(gate, nodes.scalar(1)));
    var halved = nodes.node("Mul", out + ".halved", List.of(shifted, nodes.scalar(0.5)));
    nodes.node("Mul", out, List.of(input, halved));
  }
}
