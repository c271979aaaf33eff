package dev.embark.checkpoint;

import dev.embark.bundle.Pipeline;
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
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The packaging of sentence-transformers, in its old and new spelling.
///
/// Reference: sentence-transformers 6.0, `sentence_transformers/base/model.py` and the modules'
/// `config.json`. Module types are matched by their last segment, because their packages moved.
final class SentenceTransformers {
  private static final List<String> TRANSFORMER_CONFIGS =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  private final Path root;
  private final Config config;
  private final List<String> notes = new ArrayList<>();

  private SentenceTransformers(Path root, Config config) {
    this.root = root;
    this.config = config;
  }

  /// Returns whether the folder says how its token vectors become one vector.
  static boolean isPackaged(Path root) {
    return ModelFolder.find(root, "modules.json").isPresent();
  }

  /// Reads the pipeline of a packaged folder.
  static Pipeline read(Path root, Config config) {
    var packaging = new SentenceTransformers(root, config);
    return packaging.pipeline(packaging.modules());
  }

  /// Returns the pipeline of a folder without `modules.json`, by sentence-transformers' own rule.
  static Pipeline byRule(Path root, Config config) {
    var packaging = new SentenceTransformers(root, config);
    boolean causal = config.architectures().stream().anyMatch(name -> name.endsWith("ForCausalLM"));
    var mode = causal ? Pooling.LAST_TOKEN : Pooling.MEAN;
    packaging.notes.add(
        "No modules.json: pooling is \""
            + mode.key()
            + "\" without normalisation, as sentence-transformers does with such a folder.");
    return packaging.pipeline(List.of(new Step.Pool(List.of(mode), Step.PromptTokens.COUNTED)));
  }

  /// Returns the pipeline of a folder that somebody knows: the user, or the table of known files.
  static Pipeline told(Path root, Config config, Instructions instructions) {
    var packaging = new SentenceTransformers(root, config);
    var pipeline = packaging.pipeline(instructions.steps());
    return instructions.maxTokens() > 0
        ? pipeline.withMaxTokens(instructions.maxTokens())
        : pipeline;
  }

  private Pipeline pipeline(List<Step> steps) {
    var transformer = transformerConfig();
    var letters =
        transformer.path("do_lower_case").asBoolean(false)
            ? Pipeline.Letters.LOWERCASED
            : Pipeline.Letters.AS_WRITTEN;
    var settings = optional("config_sentence_transformers.json");
    refuseOtherModelTypes(settings);
    var prompts = new TreeMap<String, String>();
    for (Map.Entry<String, JsonNode> prompt : settings.path("prompts").properties()) {
      if (prompt.getValue().isString()) {
        prompts.put(prompt.getKey(), prompt.getValue().stringValue());
      }
    }
    return new Pipeline(
        maxTokens(transformer),
        letters,
        prompts,
        defaultPrompt(settings, prompts),
        steps,
        settings.path("similarity_fn_name").asString("cosine"),
        dimension(steps),
        notes);
  }

  private static void refuseOtherModelTypes(ObjectNode settings) {
    var type = settings.path("model_type").asString("SentenceTransformer");
    if (!type.equals("SentenceTransformer")) {
      throw new Problem(
          Category.UNSUPPORTED,
          "config_sentence_transformers.json: model_type \"" + type + "\" is not supported.",
          "Embark converts SentenceTransformer models, one vector a text.",
          "Convert an embedding model.");
    }
    if (settings.hasNonNull("truncate_dim")) {
      throw new Problem(
          Category.UNSUPPORTED,
          "config_sentence_transformers.json: truncate_dim = "
              + settings.get("truncate_dim")
              + " is not supported.",
          "The original cuts its vectors to that length.",
          "Remove the field from a copy to get whole vectors.");
    }
  }

  private static String defaultPrompt(ObjectNode settings, Map<String, String> prompts) {
    var name = settings.path("default_prompt_name").asString("");
    if (!name.isEmpty() && !prompts.containsKey(name)) {
      throw new Problem(
          Category.BAD_INPUT,
          "config_sentence_transformers.json: default_prompt_name \""
              + name
              + "\" is not among the prompts "
              + prompts.keySet()
              + ".",
          "",
          "Add the prompt or remove the name.");
    }
    return name;
  }

  private ObjectNode transformerConfig() {
    for (var name : TRANSFORMER_CONFIGS) {
      if (ModelFolder.find(root, name).isPresent()) {
        return optional(name);
      }
    }
    return Json.object();
  }

  private ObjectNode optional(String name) {
    return ModelFolder.find(root, name).map(Json::readObject).orElseGet(Json::object);
  }

  /// `max_seq_length` where it is set, else the smaller of the tokenizer's and the model's limit.
  private int maxTokens(ObjectNode transformer) {
    var stated = transformer.path("max_seq_length");
    if (stated.isIntegralNumber() && stated.canConvertToInt() && stated.intValue() > 0) {
      return stated.intValue();
    }
    double tokenizer =
        optional("tokenizer_config.json").path("model_max_length").asDouble(Double.MAX_VALUE);
    int model = config.size("max_position_embeddings", Integer.MAX_VALUE);
    int limit = (int) Math.min(tokenizer, model);
    if (limit == Integer.MAX_VALUE || limit < 1) {
      throw new Problem(
          Category.BAD_INPUT,
          root + ": no limit on the number of tokens is stated.",
          "Neither max_seq_length, nor model_max_length, nor max_position_embeddings says one.",
          "Give it with --max-length N.");
    }
    return limit;
  }

  private List<Step> modules() {
    var file = ModelFolder.resolve(root, "modules.json");
    var steps = new ArrayList<Step>();
    boolean transformer = false;
    for (var module : Json.read(file)) {
      var type = module.path("type").asString("");
      var path = module.path("path").asString("");
      switch (type.substring(type.lastIndexOf('.') + 1)) {
        case "Transformer" -> transformer = true;
        case "Pooling" -> steps.add(pool(path));
        case "Dense" -> steps.add(dense(path));
        case "Normalize" -> steps.add(normalize(path));
        default -> // module types are open: the list of those that exist grows elsewhere
            throw new Problem(
                Category.UNSUPPORTED,
                file + ": module \"" + type + "\" is not supported.",
                "Embark knows Transformer, Pooling, Dense and Normalize.",
                "Convert a model that is made of these.");
      }
    }
    if (!transformer || steps.isEmpty() || !(steps.getFirst() instanceof Step.Pool)) {
      throw new Problem(
          Category.UNSUPPORTED,
          file + " does not start with Transformer and Pooling.",
          "Only the transformer's token vectors, pooled, are an embedding Embark can build.",
          "Convert a model that is packaged so.");
    }
    return steps;
  }

  private Step.Pool pool(String path) {
    var settings = optional(path + "/config.json");
    var modes = new ArrayList<Pooling>();
    var spelled = settings.path("pooling_mode");
    if (spelled.isArray()) {
      spelled.forEach(mode -> modes.add(mode(path, mode.asString())));
    } else if (spelled.isString()) {
      modes.add(mode(path, spelled.stringValue()));
    } else {
      legacyModes(settings, modes);
    }
    var prompt =
        settings.path("include_prompt").asBoolean(true)
            ? Step.PromptTokens.COUNTED
            : Step.PromptTokens.LEFT_OUT;
    return new Step.Pool(modes, prompt);
  }

  /// The flags `pooling_mode_*`; several are concatenated in the order of [Pooling], none is a
  /// mean.
  private static void legacyModes(ObjectNode settings, List<Pooling> modes) {
    for (var mode : Pooling.values()) {
      if (settings.path(mode.legacyKey()).asBoolean(false)) {
        modes.add(mode);
      }
    }
    if (modes.isEmpty()) {
      modes.add(Pooling.MEAN);
    }
  }

  private static Pooling mode(String path, String name) {
    return Pooling.ofKey(name)
        .orElseThrow(() ->
            new Problem(
                Category.UNSUPPORTED,
                path + "/config.json: pooling_mode \"" + name + "\" is not supported.",
                "Known are " + Pooling.keys() + ".",
                "Convert a model with one of these."));
  }

  private Step.Dense dense(String path) {
    var settings = Json.readObject(ModelFolder.resolve(root, path + "/config.json"));
    requireOnSentence(path, settings);
    if (settings.path("use_residual").asBoolean(false)) {
      throw unsupported(path, "use_residual");
    }
    var activation =
        settings.path("activation_function").asString("torch.nn.modules.activation.Tanh");
    return new Step.Dense(
        path,
        settings.path("in_features").asInt(),
        settings.path("out_features").asInt(),
        settings.path("bias").asBoolean(true) ? Step.BiasUse.BIAS : Step.BiasUse.NO_BIAS,
        activation.substring(activation.lastIndexOf('.') + 1));
  }

  private Step.Normalize normalize(String path) {
    requireOnSentence(path, optional(path + "/config.json"));
    return new Step.Normalize();
  }

  private static void requireOnSentence(String path, ObjectNode settings) {
    for (var key : List.of("module_input_name", "module_output_name")) {
      if (!settings.path(key).asString("sentence_embedding").equals("sentence_embedding")) {
        throw unsupported(path, key);
      }
    }
  }

  private static Problem unsupported(String path, String key) {
    return new Problem(
        Category.UNSUPPORTED,
        path + "/config.json: this value of " + key + " is not supported.",
        "The module would work on something else than the pooled vector.",
        "Convert a model without it.");
  }

  private int dimension(List<Step> steps) {
    int width = config.size("hidden_size");
    for (var step : steps) {
      width =
          switch (step) {
            case Step.Pool(var modes, _) -> width * modes.size();
            case Step.Dense dense -> requireWidth(dense, width);
            case Step.Normalize() -> width;
          };
    }
    return width;
  }

  private static int requireWidth(Step.Dense dense, int width) {
    if (dense.inFeatures() != width || dense.outFeatures() < 1) {
      throw new Problem(
          Category.BAD_INPUT,
          dense.path()
              + "/config.json: in_features = "
              + dense.inFeatures()
              + ", out_features = "
              + dense.outFeatures()
              + ", but the vector before it has "
              + width
              + " values.",
          "",
          "Take the module's files from the same revision as config.json.");
    }
    return dense.outFeatures();
  }
}
