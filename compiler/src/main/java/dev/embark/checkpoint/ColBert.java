package dev.embark.checkpoint;

import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Expansion;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.bundle.Step;
import dev.embark.checkpoint.ModuleList.Module;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The three layouts of models with a vector for each token: sentence-transformers 6
/// (`MultiVectorMask`), PyLate (settings in `config_sentence_transformers.json`) and Stanford
/// (`artifact.metadata`).
///
/// All of them end by scaling each vector to length 1.
final class ColBert {
  private static final String STANFORD = "artifact.metadata";

  /// The module folder that Stanford's projection gets, which lies among the model's own weights.
  static final String PROJECTION = "1_Dense";

  /// Python's `string.punctuation`.
  private static final List<String> PUNCTUATION =
      List.of("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".split(""));

  private static final int QUERY_TOKENS = 32;
  private static final int DOCUMENT_TOKENS = 180;

  private final Path root;
  private final int hidden;
  private final int maxTokens;

  /// Prepares to read a model whose token vectors have `hidden` values before any projection.
  ColBert(Path root, int hidden, int maxTokens) {
    this.root = root;
    this.hidden = hidden;
    this.maxTokens = maxTokens;
  }

  /// An output, and the prompts that belong to it.
  record Read(Output.MultiVector output, Map<String, String> prompts) {}

  /// Returns whether modules, none of which pools, give a vector a token.
  static boolean isListed(ModuleList list) {
    boolean projects =
        list.modules().stream()
            .anyMatch(module -> module.name().equals("Dense") && !list.has("Pooling"));
    return list.has("MultiVectorMask") || projects;
  }

  static boolean isStanford(Path root) {
    return ModelFolder.find(root, STANFORD).isPresent();
  }

  /// Reads the modules of sentence-transformers 6.
  Read packaged(ModuleList list, Optional<Config> transformer) {
    var modules = new Modules(root, hidden, Modules.Subject.TOKENS);
    var steps = new ArrayList<Step>();
    var skipped = new ArrayList<String>();
    var everywhere = new ArrayList<String>();
    for (var module : list.afterFirst()) {
      if (module.name().equals("MultiVectorMask")) {
        var mask = Config.in(root, module.settingsFile());
        mask.requireUnlessAbsent("keep_only_token_ids", "null");
        skipped.addAll(mask.texts("skiplist_words"));
        if (mask.texts("skiplist_tasks").contains("query")) {
          everywhere.addAll(skipped);
        }
      } else {
        steps.add(modules.after(module));
      }
    }
    var settings = transformer.orElseGet(() -> new Config("", Json.object()));
    var ids = TokenIds.in(root);
    var query = query(settings, ids, ids.known(everywhere));
    var document =
        new TokenRole(
            settings.size("document_length", maxTokens), Expansion.NONE, 0, ids.known(skipped));
    return new Read(output(steps, query, document), Map.of());
  }

  private TokenRole query(Config settings, TokenIds ids, List<Integer> skipped) {
    if (!settings.has("query_expansion")) {
      return new TokenRole(settings.size("query_length", maxTokens), Expansion.NONE, 0, skipped);
    }
    var expansion = settings.child("query_expansion");
    expansion.requireUnlessAbsent("strategy", "fixed");
    int length = expansion.size("length", settings.size("query_length", QUERY_TOKENS));
    return new TokenRole(
        length,
        expansion.isTrue("attend") ? Expansion.ATTENDED : Expansion.UNATTENDED,
        ids.get(expansion.text("token", maskToken())),
        skipped);
  }

  /// Reads PyLate's settings.
  Read pylate(ModuleList list, Config settings) {
    var modules = new Modules(root, hidden, Modules.Subject.TOKENS);
    var steps = new ArrayList<Step>();
    for (Module module : list.afterFirst()) {
      steps.add(modules.after(module));
    }
    var ids = TokenIds.in(root);
    var expansion =
        settings.isFalse("do_query_expansion")
            ? Expansion.NONE
            : settings.isTrue("attend_to_expansion_tokens")
                ? Expansion.ATTENDED
                : Expansion.UNATTENDED;
    var query =
        new TokenRole(
            settings.size("query_length", QUERY_TOKENS),
            expansion,
            expansion == Expansion.NONE ? 0 : ids.get(maskToken()),
            List.of());
    var words = settings.has("skiplist_words") ? settings.texts("skiplist_words") : PUNCTUATION;
    var document =
        new TokenRole(
            settings.size("document_length", DOCUMENT_TOKENS), Expansion.NONE, 0, ids.known(words));
    return new Read(
        output(steps, query, document),
        Map.of(
            "query", settings.text("query_prefix", "[Q] "),
            "document", settings.text("document_prefix", "[D] ")));
  }

  /// Reads Stanford's `artifact.metadata`.
  Read stanford() {
    var settings = Config.in(root, STANFORD);
    settings.requireUnlessAbsent("similarity", "cosine");
    var ids = TokenIds.in(root);
    var query =
        new TokenRole(
            settings.size("query_maxlen", QUERY_TOKENS),
            settings.isTrue("attend_to_mask_tokens") ? Expansion.ATTENDED : Expansion.UNATTENDED,
            ids.get(maskToken()),
            List.of());
    var document =
        new TokenRole(
            settings.size("doc_maxlen", DOCUMENT_TOKENS),
            Expansion.NONE,
            0,
            settings.isTrue("mask_punctuation") ? ids.known(PUNCTUATION) : List.of());
    var projection =
        new Step.Dense(PROJECTION, hidden, settings.size("dim"), Step.BiasUse.NO_BIAS, "Identity");
    return new Read(
        output(List.of(projection), query, document),
        Map.of(
            "query", settings.text("query_token_id", "[unused0]") + " ",
            "document", settings.text("doc_token_id", "[unused1]") + " "));
  }

  private Output.MultiVector output(List<Step> read, TokenRole query, TokenRole document) {
    var steps = new ArrayList<>(read);
    if (steps.isEmpty() || !(steps.getLast() instanceof Step.Normalize)) {
      steps.add(new Step.Normalize());
    }
    return new Output.MultiVector(steps, Widths.after(steps, hidden), 0, query, document);
  }

  private String maskToken() {
    var config = ModelFolder.find(root, "tokenizer_config.json").map(Json::readObject);
    if (config.isEmpty()) {
      return "[MASK]";
    }
    JsonNode token = config.get().path("mask_token");
    if (token.isMissingNode() || token.isNull()) {
      throw new Problem(
          Category.BAD_INPUT,
          "tokenizer_config.json names no mask_token.",
          "Short queries are filled up with it.",
          "Take the file from the model's repository.");
    }
    return token.isString() ? token.stringValue() : token.path("content").asString("");
  }
}
