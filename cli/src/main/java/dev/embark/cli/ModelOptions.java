package dev.embark.cli;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Instructions;
import dev.embark.checkpoint.Instructions.VectorLength;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        maxLength.orElse(0));
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
