package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.AddedToken.Bounds;
import dev.embark.tokenize.AddedToken.Matching;
import dev.embark.tokenize.AddedToken.Role;
import dev.embark.tokenize.AddedToken.Strip;
import java.util.HashSet;
import java.util.List;

/// Reads the fields of one added token, which are the same in `tokenizer.json` and in
/// `tokenizer_config.json`.
final class AddedTokenReader {
  private static final int ABSENT = -1;

  private int id = ABSENT;
  private String content = "";
  private Bounds bounds = Bounds.ANYWHERE;
  private Strip left = Strip.KEPT;
  private Strip right = Strip.KEPT;
  private Matching matching = Matching.AS_WRITTEN;
  private Role role = Role.PLAIN;

  void field(JsonCursor json, String name) {
    switch (name) {
      case "id" -> id = json.integer();
      case "content" -> content = json.string();
      case "single_word" -> bounds = json.bool() ? Bounds.SINGLE_WORD : Bounds.ANYWHERE;
      case "lstrip" -> left = json.bool() ? Strip.SWALLOWED : Strip.KEPT;
      case "rstrip" -> right = json.bool() ? Strip.SWALLOWED : Strip.KEPT;
      case "normalized" -> matching = json.bool() ? Matching.NORMALIZED : Matching.AS_WRITTEN;
      case "special" -> role = json.bool() ? Role.SPECIAL : Role.PLAIN;
      case "__type" -> json.string();
      default -> throw Unsupported.field(json.source(), "added_tokens", name);
    }
  }

  /// Returns the token, whose own `id` field was read.
  AddedToken token(JsonCursor json) {
    if (id == ABSENT) {
      throw json.broken("an added token without an id");
    }
    return token(id);
  }

  /// Returns the token with an id from elsewhere.
  AddedToken token(int knownId) {
    return new AddedToken(knownId, content, bounds, left, right, matching, role);
  }

  /// Checks added tokens against the vocabulary: the library takes the id of an entry from there,
  /// and numbers the others onwards, whatever the file says.
  static void check(List<AddedToken> tokens, Model model, String source) {
    var contents = new HashSet<String>();
    int highest = -1;
    for (var token : tokens) {
      if (token.content().isEmpty() || !contents.add(token.content())) {
        throw new Problem(
            Category.BAD_INPUT,
            source + " has the added token \"" + token.content() + "\" twice, or an empty one.",
            "",
            "Take the tokenizer's files from one revision.");
      }
      int known = model.vocabulary().find(token.content());
      int expected = known >= 0 ? known : Math.max(highest + 1, model.size());
      highest = Math.max(highest, expected);
      if (token.id() != expected) {
        throw new Problem(
            Category.BAD_INPUT,
            source
                + " gives the added token \""
                + token.content()
                + "\" the id "
                + token.id()
                + ", expected "
                + expected
                + ".",
            known >= 0
                ? "The vocabulary has this token with the id " + known + "."
                : "Tokens that are not in the vocabulary are numbered from its size on.",
            "Take the tokenizer's files from one revision.");
      }
    }
  }
}
