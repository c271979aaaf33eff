package dev.embark.convert;

import dev.embark.checkpoint.Quantization;
import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.tensor.ElementType;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the operators and weights of a file tell of how it was quantised.
///
/// @param quantized how often each quantised operator is used
record ForeignContent(Precision precision, Map<String, Integer> quantized) {
  /// Operators that multiply integers.
  private static final Set<String> INTEGER_PRODUCTS =
      Set.of(
          "ConvInteger",
          "DynamicQuantizeMatMul",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "QAttention",
          "QLinearMatMul");

  ForeignContent {
    quantized = Map.copyOf(quantized);
  }

  static ForeignContent of(Path file) {
    try (var arena = Arena.ofConfined()) {
      var model = OnnxFile.read(file, arena);
      return new ForeignContent(precision(model), Quantization.operators(model));
    }
  }

  private static Precision precision(OnnxModel model) {
    var operators = Quantization.operators(model).keySet();
    if (operators.stream().anyMatch(INTEGER_PRODUCTS::contains)) {
      return Precision.INT8;
    }
    if (!operators.isEmpty()) {
      return hasFourBits(model) ? Precision.INT4 : Precision.INT8_WEIGHTS;
    }
    return hasHalves(model) ? Precision.FP16 : Precision.FP32;
  }

  private static boolean hasFourBits(OnnxModel model) {
    return model.graph().nodes().stream().anyMatch(ForeignContent::hasFourBits)
        || model.graph().initializers().stream()
            .map(constant -> constant.content().type())
            .anyMatch(type -> type == ElementType.I4 || type == ElementType.U4);
  }

  private static boolean hasFourBits(OnnxNode node) {
    return node.attributes().contains(new OnnxAttribute.Int("bits", 4));
  }

  /// Returns whether most of the weights are 16-bit floats.
  private static boolean hasHalves(OnnxModel model) {
    long halves = 0;
    long others = 0;
    for (var constant : model.graph().initializers()) {
      long count = constant.content().shape().elementCount();
      if (constant.content().type() == ElementType.F16) {
        halves += count;
      } else {
        others += count;
      }
    }
    return halves > others;
  }

  /// Returns what follows from the operators, in sentences.
  List<String> notes() {
    int dynamic = quantized.getOrDefault("DynamicQuantizeLinear", 0);
    return dynamic == 0
        ? List.of()
        : List.of(
            dynamic
                + " DynamicQuantizeLinear give all tokens of a batch one scale, so that a vector"
                + " depends on its neighbours and padding, and the largest token decides how exact"
                + " all others are.");
  }
}
