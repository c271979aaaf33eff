package dev.embark.checkpoint;

import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The trained parameters inside an ONNX export, under the names of the checkpoint it was made
/// from.
///
/// Exporters keep the names of embeddings, norms and biases. The matrix of a linear layer loses its
/// name (`onnx::MatMul_123`) and is stored `[in, out]`; it is found by following its `MatMul` to
/// the `Add` of a bias `….bias`, and read transposed.
final class OnnxParameters {
  private static final Set<String> QUANTIZED =
      Set.of(
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "MatMulInteger",
          "MatMulNBits",
          "QAttention",
          "QLinearMatMul",
          "QuantizeLinear");

  private final Path file;
  private final OnnxModel model;
  private final Map<String, Weight> initializers = new TreeMap<>();
  private final Map<String, List<OnnxNode>> readers = new HashMap<>();

  OnnxParameters(Path file, OnnxModel model) {
    this.file = file;
    this.model = model;
    for (var initializer : model.graph().initializers()) {
      if (initializer.content() instanceof OnnxContent.Stored(var tensor)
          && tensor.type().isFloat()
          && tensor.shape().rank() > 0) {
        initializers.put(initializer.name(), new Weight.Stored(tensor));
      }
    }
    for (var node : model.graph().nodes()) {
      for (var input : node.inputs()) {
        readers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node);
      }
    }
  }

  Map<String, Weight> byCheckpointName() {
    requireFullPrecision();
    var parameters = new TreeMap<>(initializers);
    for (var node : model.graph().nodes()) {
      var stored = node.opType().equals("MatMul") ? initializers.get(node.inputs().get(1)) : null;
      if (stored != null) {
        parameters.remove(node.inputs().get(1));
        parameters.put(weightName(node), stored.transposed());
      }
    }
    // What exporters add of their own (scales, epsilons) has names no checkpoint uses.
    parameters.keySet().removeIf(name -> !name.matches(".*\\.(weight|bias|gamma|beta)"));
    return parameters;
  }

  private String weightName(OnnxNode product) {
    for (var node : readers.getOrDefault(product.outputs().getFirst(), List.of())) {
      if (node.opType().equals("Add")) {
        for (var input : node.inputs()) {
          if (initializers.containsKey(input) && input.endsWith(".bias")) {
            return input.substring(0, input.length() - "bias".length()) + "weight";
          }
        }
      }
    }
    throw new Problem(
        Category.UNSUPPORTED,
        file + ": cannot tell which layer the matrix \"" + product.inputs().get(1) + "\" is of.",
        "Its product is not followed by the sum with a bias whose name ends in .bias.",
        "Convert the model from its original repository instead.");
  }

  private void requireFullPrecision() {
    var counts = new HashMap<String, Integer>();
    for (var node : model.graph().nodes()) {
      if (QUANTIZED.contains(node.opType())) {
        counts.merge(node.opType(), 1, Integer::sum);
      }
    }
    if (!counts.isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          file + " is quantised: " + new TreeMap<>(counts) + ".",
          "What quantisation took away cannot be brought back; such a file can be verified, but it is"
              + " no source.",
          "Convert from the fp32 file or from the original repository.");
    }
  }
}
