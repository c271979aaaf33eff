package dev.embark.checkpoint;

import dev.embark.bundle.Pooling;
import dev.embark.bundle.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the user says of a model whose files do not say it: `--config`, `--pooling`, `--normalize`,
/// `--max-length`.
///
/// @param config the `config.json` to use, or empty
/// @param pooling pooling modes, concatenated in this order, or empty where nothing is said
/// @param length whether vectors are scaled to length 1; counts only with `pooling`
/// @param maxTokens longest sequence in tokens, special tokens included, or 0 where nothing is said
public record Instructions(
    List<Path> config, List<Pooling> pooling, VectorLength length, int maxTokens) {
  /// Nothing is said.
  public static final Instructions NONE =
      new Instructions(List.of(), List.of(), VectorLength.AS_COMPUTED, 0);

  public Instructions {
    config = List.copyOf(config);
    pooling = List.copyOf(pooling);
  }

  /// Whether vectors are scaled to length 1.
  public enum VectorLength {
    ONE,
    AS_COMPUTED
  }

  /// Returns these instructions, and where they say nothing, those of `other`.
  Instructions orElse(Instructions other) {
    boolean silent = pooling.isEmpty();
    return new Instructions(
        config.isEmpty() ? other.config : config,
        silent ? other.pooling : pooling,
        silent ? other.length : length,
        maxTokens > 0 ? maxTokens : other.maxTokens);
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
