package dev.embark.checkpoint;

import dev.embark.format.onnx.OnnxModel;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What tells an ONNX file with quantised weights or activations from one in full precision.
public final class Quantization {
  private static final Set<String> OPERATORS =
      Set.of(
          "ConvInteger",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "DynamicQuantizeMatMul",
          "GatherBlockQuantized",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "MatMulNBits",
          "QAttention",
          "QLinearMatMul",
          "QuantizeLinear");

  private Quantization() {}

  /// Returns how often each quantised operator is used; empty for a file in full precision.
  public static SortedMap<String, Integer> operators(OnnxModel model) {
    var counts = new TreeMap<String, Integer>();
    for (var node : model.graph().nodes()) {
      if (isOperator(node.opType())) {
        counts.merge(node.opType(), 1, Integer::sum);
      }
    }
    return counts;
  }

  /// Returns whether an operator computes on quantised values, or makes them.
  static boolean isOperator(String opType) {
    return OPERATORS.contains(opType);
  }
}
