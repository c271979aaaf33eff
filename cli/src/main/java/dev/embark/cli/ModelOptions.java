package dev.embark.cli;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Instructions;
import dev.embark.checkpoint.Instructions.VectorLength;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// What a user can say of a model whose files do not say it.
final class ModelOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "config.json of a model that comes without one.")
  private List<Path> config = new ArrayList<>();

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
  private int maxLength;

  Instructions instructions() {
    if (maxLength < 0) {
      throw wrong("--max-length " + maxLength + " is negative.");
    }
    if (normalize && pooling.isEmpty()) {
      throw wrong("--normalize is given without --pooling.");
    }
    return new Instructions(
        config,
        pooling.stream().map(ModelOptions::mode).toList(),
        normalize ? VectorLength.ONE : VectorLength.AS_COMPUTED,
        maxLength);
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
