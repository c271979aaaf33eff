package dev.embark.checkpoint;

import dev.embark.bundle.Pooling;
import dev.embark.bundle.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What the user says of a model whose files do not say it: `--config`, `--pooling`, `--normalize`,
/// `--max-length`, `--task`, `--query-prompt`, `--document-prompt`, `--static-rules`.
///
/// @param config the `config.json` to use, or empty
/// @param pooling pooling modes, concatenated in this order, or empty where nothing is said
/// @param length whether vectors are scaled to length 1; counts only with `pooling`
/// @param maxTokens longest sequence in tokens, special tokens included, or 0 where nothing is said
/// @param task what the model is to be used for, or empty
/// @param prompts prompts by name, which the model's own of that name give way to
/// @param staticRules whose rules a static model follows
public record Instructions(
    List<Path> config,
    List<Pooling> pooling,
    VectorLength length,
    int maxTokens,
    List<Task> task,
    Map<String, String> prompts,
    StaticRules staticRules) {
  /// Nothing is said.
  public static final Instructions NONE =
      new Instructions(List.of(), List.of(), VectorLength.AS_COMPUTED, 0);

  public Instructions {
    config = List.copyOf(config);
    pooling = List.copyOf(pooling);
    task = List.copyOf(task);
    prompts = Map.copyOf(prompts);
  }

  /// Says nothing on tasks, prompts and static models.
  public Instructions(
      List<Path> config, List<Pooling> pooling, VectorLength length, int maxTokens) {
    this(config, pooling, length, maxTokens, List.of(), Map.of(), StaticRules.OF_THE_MODEL);
  }

  /// Whether vectors are scaled to length 1.
  public enum VectorLength {
    ONE,
    AS_COMPUTED
  }

  /// Whose rules a static model follows: model2vec leaves unknown tokens out and cuts long texts,
  /// sentence-transformers reads the same files and does neither.
  public enum StaticRules {
    /// model2vec's where `config.json` says `model2vec`, else those of sentence-transformers.
    OF_THE_MODEL,
    SENTENCE_TRANSFORMERS
  }

  /// Returns the same instructions with a task.
  public Instructions withTask(Task wanted) {
    return new Instructions(
        config, pooling, length, maxTokens, List.of(wanted), prompts, staticRules);
  }

  boolean asks(Task wanted) {
    return task.contains(wanted);
  }

  /// Returns these instructions, and where they say nothing, those of `other`.
  Instructions orElse(Instructions other) {
    boolean silent = pooling.isEmpty();
    return new Instructions(
        config.isEmpty() ? other.config : config,
        silent ? other.pooling : pooling,
        silent ? other.length : length,
        maxTokens > 0 ? maxTokens : other.maxTokens,
        task.isEmpty() ? other.task : task,
        prompts,
        staticRules);
  }

  List<Step> steps() {
    var steps = new ArrayList<Step>();
    steps.add(new Step.Pool(pooling, Step.PromptTokens.COUNTED));
    if (length == VectorLength.ONE) {
      steps.add(new Step.Normalize());
    }
    return steps;
  }
}
