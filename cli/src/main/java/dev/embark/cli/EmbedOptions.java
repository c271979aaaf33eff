package dev.embark.cli;

import dev.embark.embed.EmbedRequest;
import dev.embark.embed.Kind;
import dev.embark.embed.Prompt;
import dev.embark.embed.Role;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.EnumSet;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How texts are to be embedded.
final class EmbedOptions {
  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "query or document: the model's prompt for it, and how it reads it.")
  private Optional<String> role = Optional.empty();

  @Option(
      names = "--prompt",
      paramLabel = "NAME",
      description = "Put this prompt of the model before each text.")
  private Optional<String> prompt = Optional.empty();

  @Option(
      names = "--prompt-text",
      paramLabel = "TEXT",
      description = "Put this text before each text; \"\" for none.")
  private Optional<String> promptText = Optional.empty();

  @Option(
      names = "--dimensions",
      paramLabel = "N",
      description = "Only the first N values of each vector, for models made for that.")
  private Optional<Integer> dimensions = Optional.empty();

  @Option(names = "--dense", description = "One vector a text, beside what else is asked for.")
  private boolean dense;

  @Option(names = "--sparse", description = "Weights of entries of the vocabulary.")
  private boolean sparse;

  @Option(names = "--multi-vector", description = "One vector a token.")
  private boolean multiVector;

  @Mixin private TruncateOption truncate = new TruncateOption();

  EmbedRequest request() {
    var request =
        EmbedRequest.as(role.map(EmbedOptions::role).orElse(Role.NONE))
            .withPrompt(prompt())
            .withTruncation(truncate.truncation())
            .withKinds(kinds());
    if (dimensions.isEmpty()) {
      return request;
    }
    if (dimensions.get() < 1) {
      throw wrong("--dimensions " + dimensions.get() + " is not a positive number.");
    }
    return request.withDimensions(dimensions.get());
  }

  private Kind[] kinds() {
    var kinds = EnumSet.noneOf(Kind.class);
    if (dense) {
      kinds.add(Kind.DENSE);
    }
    if (sparse) {
      kinds.add(Kind.SPARSE);
    }
    if (multiVector) {
      kinds.add(Kind.MULTI_VECTOR);
    }
    return kinds.toArray(Kind[]::new);
  }

  private Prompt prompt() {
    if (prompt.isPresent() && promptText.isPresent()) {
      throw wrong("Both --prompt and --prompt-text are given.");
    }
    if (promptText.isPresent()) {
      return new Prompt.Literal(promptText.get());
    }
    return prompt.<Prompt>map(Prompt.Named::new).orElseGet(Prompt.Default::new);
  }

  private static Role role(String word) {
    return switch (word) {
      case "query" -> Role.QUERY;
      case "document" -> Role.DOCUMENT;
      default -> // an open set of words, of which these are known
          throw wrong("--role " + word + " is not known; known are query, document.");
    };
  }

  private static Problem wrong(String what) {
    return new Problem(Category.WRONG_USAGE, what, "", "See `embark embed --help`.");
  }
}
