package dev.embark.checkpoint;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline.Letters;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Reading.Specials;
import dev.embark.bundle.Reading.Unknowns;
import dev.embark.bundle.Step;
import dev.embark.checkpoint.Instructions.StaticRules;
import dev.embark.format.json.Json;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Models without a transformer: a table of token vectors, whose mean is the vector of a text
/// (`StaticEmbedding` of sentence-transformers, and model2vec).
///
/// The two read the same files by different rules. model2vec leaves out tokens that the vocabulary
/// does not know, and reads the first 512 tokens of a text, which it first cuts at 512 times the
/// usual length of a token; sentence-transformers reads everything.
///
/// Reference: model2vec 0.8 `model.py`, sentence-transformers 6.0 `static_embedding.py`.
final class StaticModels {
  private static final int MODEL2VEC_TOKENS = 512;

  private final Path root;
  private final Config config;
  private final Instructions instructions;

  StaticModels(Path root, Config config, Instructions instructions) {
    this.root = root;
    this.config = config;
    this.instructions = instructions;
  }

  /// Returns the folder of the table, empty for the model's own or ending with a slash; nothing
  /// where the model has a transformer.
  static Optional<String> folder(Path root) {
    if (ModuleList.isIn(root)) {
      var first = ModuleList.read(root).first();
      if (!first.name().equals("StaticEmbedding")) {
        return Optional.empty();
      }
      return Optional.of(first.path().isEmpty() ? "" : first.path() + "/");
    }
    return isModel2Vec(root) ? Optional.of("") : Optional.empty();
  }

  static boolean isModel2Vec(Path root) {
    return Config.find(root, "config.json").filter(StaticModels::isModel2Vec).isPresent();
  }

  private static boolean isModel2Vec(Config config) {
    return config.text("model_type", "").equals("model2vec");
  }

  /// Returns a configuration for a table that comes without one.
  static Config configured() {
    var json = Json.object().put("model_type", "static");
    json.putArray("architectures").add("StaticEmbedding");
    return new Config("modules.json", json);
  }

  /// Returns how texts are read.
  Reading reading() {
    if (!followsModel2Vec()) {
      int limit = instructions.maxTokens() > 0 ? instructions.maxTokens() : Integer.MAX_VALUE;
      return new Reading(limit, 0, Letters.AS_WRITTEN, Specials.LEFT_OUT, Unknowns.KEPT);
    }
    int limit = instructions.maxTokens() > 0 ? instructions.maxTokens() : MODEL2VEC_TOKENS;
    int chars = (int) Math.min(Integer.MAX_VALUE, (long) limit * TokenIds.in(root).medianLength());
    return new Reading(limit, chars, Letters.AS_WRITTEN, Specials.LEFT_OUT, Unknowns.DROPPED);
  }

  private boolean followsModel2Vec() {
    return isModel2Vec(config) && instructions.staticRules() == StaticRules.OF_THE_MODEL;
  }

  /// Returns what a user should know.
  List<String> notes() {
    return followsModel2Vec()
        ? List.of(
            "This is a model2vec model: unknown tokens are left out and texts are cut as model2vec"
                + " does; --static-rules sentence-transformers keeps both.")
        : List.of();
  }

  /// Returns the mean of the tokens, and what follows it.
  Output.Embedding embedding(WeightFiles weights, String similarity) {
    int width = width(weights);
    var steps = new ArrayList<Step>();
    steps.add(new Step.Pool(List.of(Pooling.MEAN), Step.PromptTokens.COUNTED));
    if (ModuleList.isIn(root)) {
      var modules = new Modules(root, width, Modules.Subject.SENTENCE);
      ModuleList.read(root).afterFirst().forEach(module -> steps.add(modules.after(module)));
    } else if (config.isTrue("normalize")) {
      steps.add(new Step.Normalize());
    }
    return new Output.Embedding(steps, similarity, Widths.after(steps, width));
  }

  private static int width(WeightFiles weights) {
    try (var arena = Arena.ofConfined()) {
      return weights.open(arena).entrySet().stream()
          .filter(entry -> entry.getKey().startsWith("embedding"))
          .mapToInt(entry -> entry.getValue().rowLength())
          .findFirst()
          .orElse(1);
    }
  }
}
