package dev.embark.embed;

import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.TreeSet;

/// The text that a [Prompt] stands for with a certain model.
record AppliedPrompt(String text) {
  static AppliedPrompt of(Prompt prompt, Role role, Pipeline pipeline) {
    return switch (prompt) {
      case Prompt.None() -> new AppliedPrompt("");
      case Prompt.Literal(var text) -> new AppliedPrompt(text);
      case Prompt.Default() -> {
        String name = role.promptName(pipeline).orElse(pipeline.defaultPrompt());
        yield name.isEmpty() ? new AppliedPrompt("") : named(name, pipeline);
      }
      case Prompt.Named(var name) -> named(name, pipeline);
    };
  }

  private static AppliedPrompt named(String name, Pipeline pipeline) {
    String text = pipeline.prompts().get(name);
    if (text == null) {
      throw new Problem(
          Category.WRONG_USAGE,
          "The model has no prompt \"" + name + "\".",
          pipeline.prompts().isEmpty()
              ? "It has no prompts at all."
              : "Its prompts are " + new TreeSet<>(pipeline.prompts().keySet()) + ".",
          "Name one of the model's prompts, or none.");
    }
    return new AppliedPrompt(text);
  }
}
