package dev.embark.bundle;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Map;

/// A variable of the environment that is 0, 1 or not there.
enum Switch {
  ON,
  OFF,
  UNSAID;

  /// Throws a `Problem` of category `WRONG_USAGE` for any other word.
  static Switch of(String variable, Map<String, String> environment) {
    var word = environment.getOrDefault(variable, "").strip();
    return switch (word) {
      case "" -> UNSAID;
      case "0" -> OFF;
      case "1" -> ON;
      default -> // a word of a user's
          throw new Problem(
              Category.WRONG_USAGE,
              variable + "=" + word + " is neither 0 nor 1.",
              "",
              "Set it to 0 or 1, or leave it out.");
    };
  }
}
