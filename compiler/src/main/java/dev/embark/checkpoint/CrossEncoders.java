package dev.embark.checkpoint;

import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Output.Score;
import dev.embark.bundle.Output.ScoreActivation;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Models that score a pair of texts, as sentence-transformers' `CrossEncoder` reads them.
///
/// Reference: sentence-transformers 6.0, `sentence_transformers/cross_encoder`.
final class CrossEncoders {
  private static final String CLASSIFIER = "ForSequenceClassification";

  /// The template that the authors of Qwen3-Reranker publish
  /// (<https://huggingface.co/Qwen/Qwen3-Reranker-0.6B>), in the form for transformers.
  private static final Pairing.Prompted QWEN3 =
      new Pairing.Prompted(
          "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query"
              + " and the Instruct provided. Note that the answer can only be \"yes\" or"
              + " \"no\".<|im_end|>\n<|im_start|>user\n",
          "<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}",
          "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
          "Given a web search query, retrieve relevant passages that answer the query");

  private final Path root;
  private final Config config;
  private final Config settings;

  /// @param settings `config_sentence_transformers.json`
  CrossEncoders(Path root, Config config, Config settings) {
    this.root = root;
    this.config = config;
    this.settings = settings;
  }

  /// Returns whether the architecture ends in a classifier.
  static boolean isClassifier(Config config) {
    return config.architectures().stream().limit(1).anyMatch(name -> name.endsWith(CLASSIFIER));
  }

  /// Returns the scores of the architecture's own classifier.
  Output classifier() {
    var labels = config.labels();
    return new Score(
        labels, activation(labels.size()), new Pairing.Template(), new ScoreHead.Classifier());
  }

  /// Returns the score of a packaged language model: `LogitScore` with the tokenizer's chat
  /// template.
  Output packagedPreference(ModuleList list) {
    if (!list.names().equals(List.of("Transformer", "LogitScore"))) {
      throw list.order("A language model that scores pairs is a Transformer and a LogitScore.");
    }
    var score = Config.in(root, list.afterFirst().getFirst().settingsFile());
    score.requireUnlessAbsent("module_input_name", "causal_logits");
    int trueId = score.index("true_token_id", -1);
    if (!score.has("false_token_id") || trueId < 0) {
      throw new Problem(
          Category.UNSUPPORTED,
          score.origin() + ": true_token_id and false_token_id are not both set.",
          "Embark scores a pair by the difference of two tokens.",
          "Convert a model with both.");
    }
    int falseId = score.index("false_token_id", 0);
    int tokens = config.size("vocab_size");
    if (trueId == falseId || Math.max(trueId, falseId) >= tokens) {
      throw new Problem(
          Category.BAD_INPUT,
          score.origin()
              + ": true_token_id "
              + trueId
              + " and false_token_id "
              + falseId
              + " are not two of the model's "
              + tokens
              + " tokens.",
          "",
          "Take all files from the same revision of the model.");
    }
    return new Score(
        List.of("score"),
        activation(1),
        pairing(ChatTemplate.read(root).rerank()),
        new ScoreHead.Preference(trueId, falseId));
  }

  /// sentence-transformers cuts what stands before the suffix, its own words included, so all of it
  /// is the body.
  private static Pairing pairing(RerankTemplate template) {
    var instruction = template.defaultInstruction();
    var frame = instruction.isPresent() ? template.instructed("{instruction}") : template.plain();
    var constant = template.plain();
    for (var hole : List.of("{query}", "{document}", "{instruction}")) {
      if ((constant.prefix() + constant.between()).contains(hole)) {
        throw new Problem(
            Category.UNSUPPORTED,
            "The chat template has the words \"" + hole + "\" in it.",
            "Embark writes a template with these words where the texts go.",
            "Ask for the feature with a link to the checkpoint.");
      }
    }
    var body = frame.prefix() + "{query}" + frame.between() + "{document}";
    return new Pairing.Prompted("", body, frame.suffix(), instruction.orElse(""));
  }

  /// Returns the score of a plain language model that the user calls a reranker.
  Output plainPreference() {
    if (!config.architectures().contains("Qwen3ForCausalLM")) {
      throw new Problem(
          Category.UNSUPPORTED,
          config.origin() + ": " + config.architectures() + " is not known as a reranker.",
          "Nothing in its files says how a query and a document become one text.",
          "Convert a model with a classifier, one that sentence-transformers 6 has saved as a"
              + " CrossEncoder, or Qwen3-Reranker.");
    }
    var ids = TokenIds.in(root);
    return new Score(
        List.of("score"),
        ScoreActivation.SIGMOID,
        QWEN3,
        new ScoreHead.Preference(ids.get("yes"), ids.get("no")));
  }

  private ScoreActivation activation(int labels) {
    var named = named(settings.json().path("activation_fn"));
    if (named.isEmpty()) {
      named = named(config.json().path("sentence_transformers").path("activation_fn"));
    }
    if (named.isEmpty()) {
      named = named(config.json().path("sbert_ce_default_activation_function"));
    }
    config.disregard("sbert_ce_default_activation_function");
    if (named.isEmpty()) {
      return labels == 1 ? ScoreActivation.SIGMOID : ScoreActivation.IDENTITY;
    }
    var name = named.substring(named.lastIndexOf('.') + 1);
    for (var known : ScoreActivation.values()) {
      if (named.startsWith("torch.") && known.key().equals(name)) {
        return known;
      }
    }
    throw new Problem(
        Category.UNSUPPORTED,
        "The activation of scores \"" + named + "\" is not supported.",
        "Known are Identity and Sigmoid of torch.nn.modules.",
        "Convert a model with one of them, or ask for the feature.");
  }

  private static String named(JsonNode node) {
    return node.asString("");
  }
}
