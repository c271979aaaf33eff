package dev.embark.checkpoint;

import dev.embark.bundle.Pooling;
import dev.embark.bundle.Step;
import dev.embark.checkpoint.ModuleList.Module;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The modules of sentence-transformers that change vectors, each with a `config.json` in its
/// folder, in old and new spelling.
///
/// What is not understood is refused by its name: a module left out gives vectors that look well
/// and are wrong.
final class Modules {
  private static final String LEGACY_MODE = "pooling_mode_";

  /// What a module works on.
  enum Subject {
    SENTENCE("sentence_embedding", "the pooled vector"),
    TOKENS("token_embeddings", "the vector of each token");

    private final String key;
    private final String words;

    Subject(String key, String words) {
      this.key = key;
      this.words = words;
    }
  }

  private final Path root;
  private final int hidden;
  private final Subject subject;

  /// Prepares to read the modules of a model in `root`, whose token vectors have `hidden` values.
  Modules(Path root, int hidden, Subject subject) {
    this.root = root;
    this.hidden = hidden;
    this.subject = subject;
  }

  /// Returns pooling and what follows it.
  List<Step> afterTokens(ModuleList list) {
    var steps = new ArrayList<Step>();
    for (var module : list.afterFirst()) {
      if (module.name().equals("Transformer")) {
        throw list.order(ModuleList.ORDER);
      }
      steps.add(module.name().equals("Pooling") ? pool(module.path()) : after(module));
    }
    boolean starts = !steps.isEmpty() && steps.getFirst() instanceof Step.Pool;
    if (!starts || steps.subList(1, steps.size()).stream().anyMatch(Step.Pool.class::isInstance)) {
      throw list.order(ModuleList.ORDER);
    }
    return steps;
  }

  /// Returns a module that takes a vector and gives one.
  Step after(Module module) {
    return switch (module.name()) {
      case "Dense" -> dense(module.path());
      case "LayerNorm" -> layerNorm(module.path());
      case "Normalize" -> normalize(module.path());
      default -> // module types are open: the list of those that exist grows elsewhere
          throw ModuleList.unknown(module);
    };
  }

  private Step.LayerNorm layerNorm(String path) {
    var settings = Config.in(root, path + "/config.json");
    return new Step.LayerNorm(path, settings.size("dimension"));
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
    requireSubject(settings);
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
      Config.find(root, path + "/config.json").ifPresent(this::requireSubject);
    }
    return new Step.Normalize();
  }

  private void requireSubject(Config settings) {
    for (var key : List.of("module_input_name", "module_output_name")) {
      if (!settings.text(key, subject.key).equals(subject.key)) {
        throw unsupported(
            settings, key, "The module would work on something else than " + subject.words + ".");
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
