package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// What the tokens of a layer see, in models that alternate: the words of `layer_types`.
enum LayerType {
  /// All tokens, or all before.
  FULL("full_attention"),
  /// Those within a window.
  SLIDING("sliding_attention");

  private static final int LAYERS_MAX = 1000;

  private final String key;

  LayerType(String key) {
    this.key = key;
  }

  /// Returns the spelling in `config.json`.
  String key() {
    return key;
  }

  /// Returns the type of each layer.
  ///
  /// @param isFull says it by the number of the layer where the configuration does not
  static List<LayerType> of(Config config, IntPredicate isFull) {
    int layers = config.count("num_hidden_layers", LAYERS_MAX);
    var said = config.texts("layer_types");
    if (!said.isEmpty() && said.size() != layers) {
      throw new Problem(
          Category.BAD_INPUT,
          config.origin() + ": layer_types names " + said.size() + " layers.",
          "num_hidden_layers = " + layers + ".",
          "Take the file from the model's repository.");
    }
    var types = new ArrayList<LayerType>();
    for (int layer = 0; layer < layers; layer++) {
      types.add(
          said.isEmpty()
              ? isFull.test(layer) ? FULL : SLIDING
              : named(said.get(layer), config.origin()));
    }
    return types;
  }

  private static LayerType named(String word, String origin) {
    for (var type : values()) {
      if (type.key.equals(word)) {
        return type;
      }
    }
    throw new Problem(
        Category.UNSUPPORTED,
        origin + ": layer_types has \"" + word + "\", which is not supported.",
        "Known are full_attention and sliding_attention.",
        "Convert a model with these, or ask for the feature.");
  }
}
