package dev.embark.backend;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;

/// What all backends that look rows up themselves say of ids.
public final class TokenIds {
  private TokenIds() {}

  /// Returns the problem that a table has no row `id`.
  public static Problem beyond(long id, long rows) {
    return new Problem(
        Category.BAD_INPUT,
        "Token id " + id + " is beyond the table, which has " + rows + " rows.",
        "The tokenizer belongs to another model.",
        "Take all files from the same revision and convert the model again.");
  }
}
