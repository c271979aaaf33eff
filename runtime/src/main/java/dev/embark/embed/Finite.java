package dev.embark.embed;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;

/// What is said of values that are no finite numbers, which never leave the program.
final class Finite {
  private Finite() {}

  /// Returns the problem of a value at `index` of what `name` names.
  static Problem problem(String name, float value, int index) {
    return new Problem(
        Category.VERIFICATION_FAILED,
        name + " has " + value + " at value " + index + ".",
        "The model overflows on this text.",
        "Run `embark verify` on the bundle; a value like this must not reach an index.");
  }
}
