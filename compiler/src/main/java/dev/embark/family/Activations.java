package dev.embark.family;

import dev.embark.graph.Activation;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Map;
import java.util.TreeSet;

/// The names of activation functions in `config.json` (transformers `activations.py`) and in
/// sentence-transformers' Dense modules (class names of torch).
final class Activations {
  private static final Map<String, Activation> BY_NAME =
      Map.of(
          "gelu", Activation.GELU,
          "gelu_new", Activation.GELU_TANH,
          "gelu_pytorch_tanh", Activation.GELU_TANH,
          "gelu_fast", Activation.GELU_TANH,
          "quick_gelu", Activation.QUICK_GELU,
          "relu", Activation.RELU,
          "sigmoid", Activation.SIGMOID,
          "silu", Activation.SILU,
          "swish", Activation.SILU,
          "tanh", Activation.TANH);

  private Activations() {}

  /// Returns the function of that name; `origin` says in errors where the name stands.
  static Activation named(String name, String origin) {
    var activation = BY_NAME.get(name);
    if (activation == null) {
      throw new Problem(
          Category.UNSUPPORTED,
          origin + ": activation \"" + name + "\" is not supported.",
          "Known are " + String.join(", ", new TreeSet<>(BY_NAME.keySet())) + ".",
          "Convert a model with one of them, or ask for the feature.");
    }
    return activation;
  }
}
