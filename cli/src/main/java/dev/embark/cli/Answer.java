package dev.embark.cli;

import dev.embark.problem.Problem.Category;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// How a command ended.
///
/// @param document the result for programs, built only under `--json`: a JSON library costs a short
///   command more time than its work
/// @param exitCode what the process ends with
record Answer(Supplier<? extends JsonNode> document, int exitCode) {
  /// Returns the answer of a command that did what it was asked.
  static Answer done(Supplier<? extends JsonNode> document) {
    return new Answer(document, 0);
  }

  /// Returns the answer of a command that has a full result to show although it failed, such as the
  /// figures of a verification; without such a result, throw a `Problem`.
  static Answer failed(Category category, Supplier<? extends JsonNode> document) {
    return new Answer(document, category.exitCode());
  }
}
