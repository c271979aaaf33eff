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
import java.util.function.Predicate;

/// The trained parameters inside an ONNX export, under the names of the checkpoint it was made
/// from.
///
/// Exporters keep the names of embeddings, norms and biases. The matrix of a linear layer loses its
/// name (`onnx::MatMul_123`) and is stored `[in, out]`; it is found by following its `MatMul` to
/// the `Add` of a bias `….bias`, and read transposed.
final class OnnxParameters {
  private static final Set<String> STANDARD_DOMAINS = Set.of("", "ai.onnx");

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
    refuseOps(
        "is quantised",
        node -> Quantization.isOperator(node.opType()),
        "What quantisation took away cannot be brought back.");
    refuseOps(
        "is made for one runtime",
        node -> !STANDARD_DOMAINS.contains(node.domain()),
        "Its fused operators hold the parameters of several layers, rearranged.");
    var parameters = new TreeMap<>(initializers);
    for (var node : model.graph().nodes()) {
      if (isProduct(node)) {
        var stored = initializers.get(node.inputs().get(1));
        if (stored != null && stored.shape().rank() == 2) {
          parameters.remove(node.inputs().get(1));
          var other = parameters.put(weightName(node), stored.transposed());
          if (other != null && !other.equals(stored.transposed())) {
            throw unclear(node, "Another matrix is followed by the same bias.");
          }
        }
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
    throw unclear(
        product, "Its product is not followed by the sum with a bias whose name ends in .bias.");
  }

  private Problem unclear(OnnxNode product, String why) {
    return new Problem(
        Category.UNSUPPORTED,
        file + ": cannot tell which layer the matrix \"" + product.inputs().get(1) + "\" is of.",
        why,
        "Convert the model from its original repository instead.");
  }

  private static boolean isProduct(OnnxNode node) {
    return node.opType().equals("MatMul")
        && node.inputs().size() == 2
        && node.outputs().size() == 1;
  }

  private void refuseOps(String what, Predicate<OnnxNode> refused, String why) {
    var counts = new TreeMap<String, Integer>();
    for (var node : model.graph().nodes()) {
      if (refused.test(node)) {
        counts.merge(node.opType(), 1, Integer::sum);
      }
    }
    if (!counts.isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          file + " " + what + ": " + counts + ".",
          why,
          "Convert from the fp32 file or from the original repository.");
    }
  }
}
