package dev.embark.checkpoint;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The longest sequence of a model, special tokens included, as sentence-transformers finds it.
final class TokenLimit {
  /// Where a limit is stated, by the names that older versions gave the file.
  static final List<String> TRANSFORMER_CONFIGS =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  private TokenLimit() {}

  /// Returns the settings of the Transformer module, if the folder has any.
  static Optional<Config> transformerConfig(Path root) {
    return TRANSFORMER_CONFIGS.stream()
        .flatMap(name -> Config.find(root, name).stream())
        .findFirst();
  }

  /// Returns what the files say: `max_seq_length` where it is set, else the smaller of the
  /// tokenizer's and the model's limit, else nothing.
  static OptionalInt stated(Path root, Config config) {
    var transformer = transformerConfig(root);
    if (transformer.isPresent() && transformer.get().has("max_seq_length")) {
      return OptionalInt.of(transformer.get().size("max_seq_length"));
    }
    // Tokenizers without a limit say 1e30.
    double tokenizer =
        Config.find(root, "tokenizer_config.json")
            .map(settings -> settings.real("model_max_length", Double.MAX_VALUE))
            .orElse(Double.MAX_VALUE);
    int limit =
        (int) Math.min(tokenizer, config.size("max_position_embeddings", Integer.MAX_VALUE));
    return limit == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(Math.max(limit, 1));
  }

  /// Returns the limit of the user, if there is one, else that of the files.
  static int of(Path root, Config config, Instructions instructions) {
    if (instructions.maxTokens() > 0) {
      return instructions.maxTokens();
    }
    return stated(root, config)
        .orElseThrow(() ->
            new Problem(
                Category.BAD_INPUT,
                root + ": no limit on the number of tokens is stated.",
                "Neither max_seq_length, nor model_max_length, nor max_position_embeddings says one.",
                "Give it with --max-length N."));
  }
}
