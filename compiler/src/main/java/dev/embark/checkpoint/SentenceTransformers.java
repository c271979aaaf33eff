package dev.embark.checkpoint;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Step;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The packaging of sentence-transformers, in its old and new spelling: embedding models, sparse
/// and multi-vector models, rerankers and static models.
///
/// Reference: sentence-transformers 6.0, `sentence_transformers/base/model.py`.
final class SentenceTransformers {
  private static final String SETTINGS = "config_sentence_transformers.json";

  private final Path root;
  private final Config config;
  private final Instructions instructions;
  private final Config settings;

  /// Prepares to read the folder `root`, whose model is configured by `config`; `instructions` fill
  /// what the files leave open.
  SentenceTransformers(Path root, Config config, Instructions instructions) {
    this.root = root;
    this.config = config;
    this.instructions = instructions;
    settings = Config.find(root, SETTINGS).orElseGet(() -> new Config(SETTINGS, Json.object()));
  }

  /// Reads the pipeline of a folder with `modules.json`.
  Pipeline packaged() {
    var list = ModuleList.read(root);
    var first = list.first();
    if (!first.name().equals("Transformer") && !first.name().equals("MLMTransformer")) {
      throw list.has("Transformer") ? list.order(ModuleList.ORDER) : ModuleList.unknown(first);
    }
    requireAtRoot(first.path());
    if (list.has("SpladePooling")) {
      return pipeline(List.of(sparse(list)));
    }
    if (list.has("LogitScore")) {
      return pipeline(List.of(crossEncoders().packagedPreference(list)));
    }
    if (ColBert.isListed(list)) {
      var colBert = new ColBert(root, hiddenSize(), limit());
      return multiVector(
          list.has("MultiVectorMask")
              ? colBert.packaged(list, TokenLimit.transformerConfig(root))
              : colBert.pylate(list, settings));
    }
    if (list.modules().size() == 1 && CrossEncoders.isClassifier(config)) {
      return pipeline(List.of(crossEncoders().classifier()));
    }
    var steps = new Modules(root, hiddenSize(), Modules.Subject.SENTENCE).afterTokens(list);
    var outputs = new ArrayList<Output>();
    outputs.add(embedding(steps));
    outputs.addAll(headsBeside());
    return pipeline(outputs);
  }

  private static void requireAtRoot(String path) {
    if (!path.isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          ModuleList.FILE
              + ": the Transformer lies in the folder \""
              + path
              + "\", not at the top.",
          "Embark looks for config.json and the weights beside " + ModuleList.FILE + ".",
          "Save the model again with a current sentence-transformers.");
    }
  }

  /// Returns the pipeline of a folder without `modules.json`: what its other files or the user's
  /// task say, else by sentence-transformers' own rule.
  Pipeline unpackaged() {
    if (ColBert.isStanford(root)) {
      return multiVector(new ColBert(root, hiddenSize(), limit()).stanford());
    }
    if (instructions.asks(Task.SPARSE)) {
      return pipeline(
          List.of(
              new Output.Sparse(
                  Output.SparseStrategy.MAX, Output.Saturation.ONCE, config.size("vocab_size"))));
    }
    if (CrossEncoders.isClassifier(config)) {
      return pipeline(List.of(crossEncoders().classifier()));
    }
    if (instructions.asks(Task.RERANK)) {
      return pipeline(List.of(crossEncoders().plainPreference()))
          .withNotes(
              List.of("Texts are put into the template that Qwen3-Reranker's authors publish."));
    }
    return byRule();
  }

  private Pipeline byRule() {
    boolean causal =
        config.architectures().stream().limit(1).anyMatch(name -> name.endsWith("ForCausalLM"))
            && !config.isFalse("is_causal");
    var mode = causal ? Pooling.LAST_TOKEN : Pooling.MEAN;
    var note =
        "No modules.json: pooling is \""
            + mode.key()
            + "\" without normalisation, as sentence-transformers does with such a folder"
            + (causal ? "; --task rerank makes a reranker of it." : ".");
    var pool = new Step.Pool(List.of(mode), Step.PromptTokens.COUNTED);
    return pipeline(List.of(embedding(List.of(pool)))).withNotes(List.of(note));
  }

  /// Returns the pipeline of a folder that somebody knows: the user, or the table of known files.
  Pipeline told() {
    return pipeline(List.of(embedding(instructions.steps())));
  }

  /// Returns the pipeline of a table of token vectors.
  Pipeline ofTable(WeightFiles weights) {
    var model = new StaticModels(root, config, instructions);
    var output = model.embedding(weights, settings.text("similarity_fn_name", "cosine"));
    var prompts = prompts(Map.of());
    return new Pipeline(
        model.reading(),
        prompts,
        defaultPrompt(prompts),
        List.of(truncated(output)),
        model.notes());
  }

  private CrossEncoders crossEncoders() {
    return new CrossEncoders(root, config, settings);
  }

  private Output.Embedding embedding(List<Step> steps) {
    return truncated(
        new Output.Embedding(
            steps,
            settings.text("similarity_fn_name", "cosine"),
            Widths.after(steps, hiddenSize())));
  }

  /// Cuts vectors where the model's own settings say so.
  private Output.Embedding truncated(Output.Embedding output) {
    if (!settings.has("truncate_dim")) {
      return output;
    }
    int dimension = Math.min(settings.size("truncate_dim"), output.dimension());
    var steps = new ArrayList<>(output.steps());
    steps.add(new Step.Truncate(dimension));
    return new Output.Embedding(steps, output.similarity(), dimension);
  }

  private Output sparse(ModuleList list) {
    if (list.modules().size() != 2) {
      throw list.order("A sparse model is a masked language model and a SpladePooling.");
    }
    var pooling = Config.in(root, list.afterFirst().getFirst().settingsFile());
    return new Output.Sparse(
        pooling.choice(
            "pooling_strategy", Output.SparseStrategy.values(), Output.SparseStrategy::key),
        pooling.choice("activation_function", Output.Saturation.values(), Output.Saturation::key),
        config.size("vocab_size"));
  }

  /// The heads of bge-m3, which sentence-transformers does not load: they lie beside the model.
  private List<Output> headsBeside() {
    boolean isThere =
        ModelFolder.find(root, "sparse_linear.pt").isPresent()
            && ModelFolder.find(root, "colbert_linear.pt").isPresent();
    if (!isThere) {
      return List.of();
    }
    int hidden = hiddenSize();
    var projection =
        new Step.Dense("colbert_linear", hidden, hidden, Step.BiasUse.BIAS, "Identity");
    var role = Output.TokenRole.plain(limit());
    return List.of(
        new Output.Lexical(
            "sparse_linear", TokenIds.in(root).known(List.of("<s>", "</s>", "<pad>", "<unk>"))),
        new Output.MultiVector(List.of(projection, new Step.Normalize()), hidden, 1, role, role));
  }

  private Pipeline multiVector(ColBert.Read read) {
    requireType(read.output());
    var prompts = prompts(read.prompts());
    return new Pipeline(
        reading(), prompts, defaultPrompt(prompts), List.of(read.output()), List.of());
  }

  private Pipeline pipeline(List<Output> outputs) {
    requireType(outputs.getFirst());
    var prompts = prompts(Map.of());
    return new Pipeline(reading(), prompts, defaultPrompt(prompts), outputs, List.of());
  }

  /// Refuses settings that call the model something else than its modules make of it.
  private void requireType(Output output) {
    var expected =
        switch (output) {
          case Output.Embedding _ -> "SentenceTransformer";
          case Output.Sparse _ -> "SparseEncoder";
          case Output.MultiVector _ -> "MultiVectorEncoder";
          case Output.Lexical _ -> "SparseEncoder";
          case Output.Score _ -> "CrossEncoder";
        };
    var type = settings.text("model_type", expected);
    if (!type.equals(expected)) {
      throw new Problem(
          Category.UNSUPPORTED,
          settings.origin()
              + ": model_type \""
              + type
              + "\" contradicts the other files, which make a "
              + expected
              + ".",
          "One of them would be read wrongly.",
          "Take all files from the same revision of the model.");
    }
  }

  private Reading reading() {
    var lowercased =
        TokenLimit.transformerConfig(root).map(file -> file.isTrue("do_lower_case")).orElse(false);
    return Reading.of(
        limit(), lowercased ? Pipeline.Letters.LOWERCASED : Pipeline.Letters.AS_WRITTEN);
  }

  private int limit() {
    return TokenLimit.of(root, config, instructions);
  }

  /// Returns the prompts of the model, those of a layout that has other names for them, and those
  /// the user gives, which come last and win.
  private SortedMap<String, String> prompts(Map<String, String> ofLayout) {
    var prompts = new TreeMap<>(ofLayout);
    for (Map.Entry<String, JsonNode> prompt : settings.json().path("prompts").properties()) {
      if (!prompt.getValue().isString()) {
        throw settings.wrong("prompts." + prompt.getKey(), prompt.getValue(), "a text");
      }
      prompts.put(prompt.getKey(), prompt.getValue().stringValue());
    }
    prompts.putAll(instructions.prompts());
    return prompts;
  }

  private String defaultPrompt(SortedMap<String, String> prompts) {
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
}
