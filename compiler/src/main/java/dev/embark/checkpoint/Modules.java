package dev.embark.checkpoint;

import dev.embark.bundle.Pooling;
import dev.embark.bundle.Step;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The modules of sentence-transformers that `modules.json` lists, each with a `config.json` in its
/// folder, in old and new spelling.
///
/// Types are matched by their last segment, because their packages moved. What is not understood is
/// refused by its name: a module left out gives vectors that look well and are wrong.
final class Modules {
  private static final String LIST = "modules.json";
  private static final String LEGACY_MODE = "pooling_mode_";

  private final Path root;
  private final int hidden;

  private Modules(Path root, int hidden) {
    this.root = root;
    this.hidden = hidden;
  }

  /// Returns whether the folder says how its token vectors become one vector.
  static boolean areListed(Path root) {
    return ModelFolder.find(root, LIST).isPresent();
  }

  /// Returns the modules after the transformer, whose token vectors have `hidden` values.
  static List<Step> read(Path root, int hidden) {
    return new Modules(root, hidden).steps();
  }

  private List<Step> steps() {
    var file = ModelFolder.resolve(root, LIST);
    ModelFolder.refuseLfsPointer(file);
    var list = Json.read(file);
    if (!list.isArray()) {
      throw new Problem(
          Category.BAD_INPUT,
          LIST + " holds a JSON " + list.getNodeType() + ", expected a list of modules.",
          "",
          "Take the file from the model's repository.");
    }
    var types = new ArrayList<String>();
    var steps = new ArrayList<Step>();
    for (var module : list) {
      var type = text(module, "type");
      var path = text(module, "path");
      types.add(type.substring(type.lastIndexOf('.') + 1));
      switch (types.getLast()) {
        case "Transformer" -> requireAtRoot(path);
        case "Pooling" -> steps.add(pool(path));
        case "Dense" -> steps.add(dense(path));
        case "Normalize" -> steps.add(normalize(path));
        default -> // module types are open: the list of those that exist grows elsewhere
            throw new Problem(
                Category.UNSUPPORTED,
                LIST + ": module \"" + type + "\" is not supported.",
                "Embark knows Transformer, Pooling, Dense and Normalize.",
                "Convert a model that is made of these.");
      }
    }
    requireOrder(types);
    return steps;
  }

  private static String text(JsonNode module, String key) {
    var value = module.path(key);
    if (value.isString()) {
      return value.stringValue();
    }
    throw new Problem(
        Category.BAD_INPUT,
        LIST + ": field " + key + " of module " + Json.line(module) + " is not a text.",
        "",
        "Take the file from the model's repository.");
  }

  private static void requireAtRoot(String path) {
    if (!path.isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          LIST + ": the Transformer lies in the folder \"" + path + "\", not at the top.",
          "Embark looks for config.json and the weights beside " + LIST + ".",
          "Save the model again with a current sentence-transformers.");
    }
  }

  private static void requireOrder(List<String> types) {
    boolean starts =
        types.size() > 1 && types.subList(0, 2).equals(List.of("Transformer", "Pooling"));
    var rest = types.subList(Math.min(2, types.size()), types.size());
    if (!starts || rest.contains("Transformer") || rest.contains("Pooling")) {
      throw new Problem(
          Category.UNSUPPORTED,
          LIST + ": the order of modules " + types + " is not supported.",
          "A model starts with one Transformer and one Pooling; Dense and Normalize may follow.",
          "Convert a model that is packaged so.");
    }
  }

  private Step.Pool pool(String path) {
    var settings = Config.in(root, path + "/config.json");
    for (var key : List.of("embedding_dimension", "word_embedding_dimension")) {
      if (settings.size(key, hidden) != hidden) {
        throw new Problem(
            Category.BAD_INPUT,
            settings.origin()
                + ": "
                + key
                + " = "
                + settings.size(key)
                + ", expected "
                + hidden
                + ".",
            "config.json says hidden_size = " + hidden + ".",
            "Take both files from the same revision of the model.");
      }
    }
    var prompt =
        settings.isFalse("include_prompt") ? Step.PromptTokens.LEFT_OUT : Step.PromptTokens.COUNTED;
    return new Step.Pool(modes(settings), prompt);
  }

  private static List<Pooling> modes(Config settings) {
    if (!settings.has("pooling_mode")) {
      return legacyModes(settings);
    }
    var names =
        settings.json().path("pooling_mode").isArray()
            ? settings.texts("pooling_mode")
            : List.of(settings.text("pooling_mode", ""));
    if (names.isEmpty()) {
      throw unknownMode(settings, "[]");
    }
    return names.stream()
        .map(name -> Pooling.ofKey(name).orElseThrow(() -> unknownMode(settings, name)))
        .toList();
  }

  /// The flags `pooling_mode_*`: several are concatenated in the order of [Pooling], none is a
  /// mean.
  private static List<Pooling> legacyModes(Config settings) {
    var modes = new ArrayList<Pooling>();
    for (var mode : Pooling.values()) {
      if (settings.isTrue(mode.legacyKey())) {
        modes.add(mode);
      }
    }
    for (Map.Entry<String, JsonNode> field : settings.json().properties()) {
      var key = field.getKey();
      if (key.startsWith(LEGACY_MODE) && settings.isTrue(key) && !isKnown(key)) {
        throw unknownMode(settings, key.substring(LEGACY_MODE.length()));
      }
    }
    return modes.isEmpty() ? List.of(Pooling.MEAN) : modes;
  }

  private static boolean isKnown(String legacyKey) {
    for (var mode : Pooling.values()) {
      if (mode.legacyKey().equals(legacyKey)) {
        return true;
      }
    }
    return false;
  }

  private static Problem unknownMode(Config settings, String name) {
    return new Problem(
        Category.UNSUPPORTED,
        settings.origin() + ": pooling mode \"" + name + "\" is not supported.",
        "Known are " + Pooling.keys() + ".",
        "Convert a model with one of these.");
  }

  private Step.Dense dense(String path) {
    var settings = Config.in(root, path + "/config.json");
    requireOnSentence(settings);
    if (settings.isTrue("use_residual")) {
      throw unsupported(
          settings, "use_residual", "The module would add its own input to its result.");
    }
    var activation = settings.text("activation_function", "torch.nn.modules.activation.Tanh");
    return new Step.Dense(
        path,
        settings.size("in_features"),
        settings.size("out_features"),
        settings.isFalse("bias") ? Step.BiasUse.NO_BIAS : Step.BiasUse.BIAS,
        activation.substring(activation.lastIndexOf('.') + 1));
  }

  private Step.Normalize normalize(String path) {
    if (!path.isEmpty()) {
      Config.find(root, path + "/config.json").ifPresent(Modules::requireOnSentence);
    }
    return new Step.Normalize();
  }

  private static void requireOnSentence(Config settings) {
    for (var key : List.of("module_input_name", "module_output_name")) {
      if (!settings.text(key, "sentence_embedding").equals("sentence_embedding")) {
        throw unsupported(
            settings, key, "The module would work on something else than the pooled vector.");
      }
    }
  }

  private static Problem unsupported(Config settings, String key, String why) {
    return new Problem(
        Category.UNSUPPORTED,
        settings.origin() + ": " + key + " = " + settings.json().get(key) + " is not supported.",
        why,
        "Convert a model without it.");
  }
}
