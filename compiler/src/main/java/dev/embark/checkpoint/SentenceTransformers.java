package dev.embark.checkpoint;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Step;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The packaging of sentence-transformers, in its old and new spelling.
///
/// Reference: sentence-transformers 6.0, `sentence_transformers/base/model.py`.
final class SentenceTransformers {
  private static final String SETTINGS = "config_sentence_transformers.json";

  private final Path root;
  private final Config config;
  private final Instructions instructions;

  /// Prepares to read the folder `root`, whose model is configured by `config`; `instructions` fill
  /// what the files leave open.
  SentenceTransformers(Path root, Config config, Instructions instructions) {
    this.root = root;
    this.config = config;
    this.instructions = instructions;
  }

  /// Reads the pipeline of a folder with `modules.json`.
  Pipeline packaged() {
    return pipeline(Modules.read(root, hiddenSize()), List.of());
  }

  /// Returns the pipeline of a folder without `modules.json`, by sentence-transformers' own rule.
  Pipeline byRule() {
    boolean causal =
        config.architectures().stream().limit(1).anyMatch(name -> name.endsWith("ForCausalLM"))
            && !config.isFalse("is_causal");
    var mode = causal ? Pooling.LAST_TOKEN : Pooling.MEAN;
    var note =
        "No modules.json: pooling is \""
            + mode.key()
            + "\" without normalisation, as sentence-transformers does with such a folder.";
    var pool = new Step.Pool(List.of(mode), Step.PromptTokens.COUNTED);
    return pipeline(List.of(pool), List.of(note));
  }

  /// Returns the pipeline of a folder that somebody knows: the user, or the table of known files.
  Pipeline told() {
    return pipeline(instructions.steps(), List.of());
  }

  private Pipeline pipeline(List<Step> steps, List<String> notes) {
    var settings = Config.find(root, SETTINGS).orElseGet(() -> new Config(SETTINGS, Json.object()));
    refuseOtherModels(settings);
    var lowercased =
        TokenLimit.transformerConfig(root).map(file -> file.isTrue("do_lower_case")).orElse(false);
    var prompts = prompts(settings);
    return new Pipeline(
        Reading.of(
            TokenLimit.of(root, config, instructions),
            lowercased ? Pipeline.Letters.LOWERCASED : Pipeline.Letters.AS_WRITTEN),
        prompts,
        defaultPrompt(settings, prompts),
        List.of(
            new Output.Embedding(
                steps, settings.text("similarity_fn_name", "cosine"), dimension(steps))),
        notes);
  }

  private static void refuseOtherModels(Config settings) {
    var type = settings.text("model_type", "SentenceTransformer");
    if (!type.equals("SentenceTransformer")) {
      throw new Problem(
          Category.UNSUPPORTED,
          settings.origin() + ": model_type \"" + type + "\" is not supported.",
          "Embark converts SentenceTransformer models, one vector a text.",
          "Convert an embedding model.");
    }
    if (settings.has("truncate_dim")) {
      throw new Problem(
          Category.UNSUPPORTED,
          settings.origin()
              + ": truncate_dim = "
              + settings.json().get("truncate_dim")
              + " is not supported.",
          "The original cuts its vectors to that length.",
          "Remove the field from a copy to get whole vectors.");
    }
  }

  private static SortedMap<String, String> prompts(Config settings) {
    var prompts = new TreeMap<String, String>();
    for (Map.Entry<String, JsonNode> prompt : settings.json().path("prompts").properties()) {
      if (!prompt.getValue().isString()) {
        throw settings.wrong("prompts." + prompt.getKey(), prompt.getValue(), "a text");
      }
      prompts.put(prompt.getKey(), prompt.getValue().stringValue());
    }
    return prompts;
  }

  private static String defaultPrompt(Config settings, SortedMap<String, String> prompts) {
    var name = settings.text("default_prompt_name", "");
    if (!name.isEmpty() && !prompts.containsKey(name)) {
      throw new Problem(
          Category.BAD_INPUT,
          settings.origin()
              + ": default_prompt_name \""
              + name
              + "\" is not among the prompts "
              + prompts.keySet()
              + ".",
          "",
          "Add the prompt or remove the name.");
    }
    return name;
  }

  /// Other architectures spell the width in other words; without them, such a model would be
  /// refused for a missing field instead of for its architecture.
  private int hiddenSize() {
    for (var key : List.of("d_model", "dim", "n_embd")) {
      if (!config.json().hasNonNull("hidden_size") && config.json().hasNonNull(key)) {
        return config.size(key);
      }
    }
    return config.size("hidden_size");
  }

  private int dimension(List<Step> steps) {
    int width = hiddenSize();
    for (var step : steps) {
      width =
          switch (step) {
            case Step.Pool(var modes, _) -> Math.multiplyExact(width, modes.size());
            case Step.Dense dense -> requireWidth(dense, width);
            case Step.Normalize() -> width;
            case Step.LayerNorm _ -> width;
            case Step.Truncate(var cut) -> Math.min(cut, width);
          };
    }
    return width;
  }

  private static int requireWidth(Step.Dense dense, int width) {
    if (dense.inFeatures() != width) {
      throw new Problem(
          Category.BAD_INPUT,
          dense.path()
              + "/config.json: in_features = "
              + dense.inFeatures()
              + ", but the vector before it has "
              + width
              + " values.",
          "",
          "Take the module's files from the same revision as config.json.");
    }
    return dense.outFeatures();
  }
}
