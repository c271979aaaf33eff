package dev.embark.cli;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Instructions;
import dev.embark.checkpoint.Instructions.StaticRules;
import dev.embark.checkpoint.Instructions.VectorLength;
import dev.embark.checkpoint.Task;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/// What a user can say of a model whose files do not say it.
final class ModelOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "config.json of a model that comes without one.")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--pooling",
      paramLabel = "MODE",
      split = ",",
      description =
          "How token vectors become one vector, where the model does not say it: cls, max, mean,"
              + " mean_sqrt_len_tokens, weightedmean, lasttoken.")
  private List<String> pooling = new ArrayList<>();

  @Option(names = "--normalize", description = "With --pooling: scale vectors to length 1.")
  private boolean normalize;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Longest sequence in tokens, special tokens included.")
  private Optional<Integer> maxLength = Optional.empty();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "What a plain language model is for, where its files leave that open: embed, rerank,"
              + " sparse.")
  private Optional<String> task = Optional.empty();

  @Option(
      names = "--query-prompt",
      paramLabel = "TEXT",
      description = "Text to put before queries, where the model's files have none.")
  private Optional<String> queryPrompt = Optional.empty();

  @Option(
      names = "--document-prompt",
      paramLabel = "TEXT",
      description = "Text to put before documents, where the model's files have none.")
  private Optional<String> documentPrompt = Optional.empty();

  @Option(
      names = "--static-rules",
      paramLabel = "RULES",
      description =
          "How a model2vec model reads texts: model2vec (default), or sentence-transformers, which"
              + " keeps unknown tokens and cuts nothing.")
  private Optional<String> staticRules = Optional.empty();

  Instructions instructions() {
    if (maxLength.isPresent() && maxLength.get() < 1) {
      throw wrong("--max-length " + maxLength.get() + " is not a positive number.");
    }
    if (normalize && pooling.isEmpty()) {
      throw wrong("--normalize is given without --pooling.");
    }
    return new Instructions(
        config.stream().toList(),
        pooling.stream().map(ModelOptions::mode).toList(),
        normalize ? VectorLength.ONE : VectorLength.AS_COMPUTED,
        maxLength.orElse(0),
        task.stream().map(ModelOptions::task).toList(),
        prompts(),
        staticRules.map(ModelOptions::rules).orElse(StaticRules.OF_THE_MODEL));
  }

  private Map<String, String> prompts() {
    var prompts = new TreeMap<String, String>();
    queryPrompt.ifPresent(text -> prompts.put("query", text));
    documentPrompt.ifPresent(text -> prompts.put("document", text));
    return prompts;
  }

  private static Task task(String key) {
    return Task.ofKey(key)
        .orElseThrow(
            () -> wrong("--task " + key + " is not known; known are " + Task.keys() + "."));
  }

  private static StaticRules rules(String key) {
    return switch (key) {
      case "model2vec" -> StaticRules.OF_THE_MODEL;
      case "sentence-transformers" -> StaticRules.SENTENCE_TRANSFORMERS;
      default -> // words of a user
          throw wrong(
              "--static-rules "
                  + key
                  + " is not known; known are model2vec, sentence-transformers.");
    };
  }

  private static Pooling mode(String key) {
    return Pooling.ofKey(key)
        .orElseThrow(
            () -> wrong("--pooling " + key + " is not known; known are " + Pooling.keys() + "."));
  }

  private static Problem wrong(String what) {
    return new Problem(Category.WRONG_USAGE, what, "", "See `embark convert --help`.");
  }
}
