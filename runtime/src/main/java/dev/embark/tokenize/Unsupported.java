package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;

/// Problems of tokenizers that are well-formed but hold a part that Embark does not know: such a
/// part is refused by name, for left out it would change ids in silence.
final class Unsupported {
  private Unsupported() {}

  /// A component of another type.
  static Problem component(String source, String component, String type, String known) {
    return new Problem(
        Category.UNSUPPORTED,
        source + " has the " + component + " \"" + type + "\", which Embark does not know.",
        "Known: " + known + ".",
        "Ask for it with a link to the checkpoint.");
  }

  /// A part of a regular expression.
  static Problem regex(String source, String pattern, String part) {
    return new Problem(
        Category.UNSUPPORTED,
        source + " has the regular expression " + pattern + " with " + part + ".",
        "Embark does not know this part of regular expressions.",
        "Ask for it with a link to the checkpoint.");
  }

  /// A field that may change ids.
  static Problem field(String source, String component, String field) {
    return new Problem(
        Category.UNSUPPORTED,
        source + " has a field \"" + field + "\" in " + component + ", which Embark does not know.",
        "A field that is left out could change ids in silence.",
        "Ask for it with a link to the checkpoint.");
  }
}
