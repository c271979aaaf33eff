package dev.embark.tokenize;

/// A token that is found in the text before the model sees it.
///
/// @param id what it becomes
/// @param content how it is written
/// @param bounds whether it must stand alone
/// @param left what happens to white space on its left
/// @param right what happens to white space on its right
/// @param matching which form of the text it is looked for in
/// @param role whether it says something about the text rather than being a part of it
record AddedToken(
    int id, String content, Bounds bounds, Strip left, Strip right, Matching matching, Role role) {
  /// `single_word`.
  enum Bounds {
    ANYWHERE,
    SINGLE_WORD
  }

  /// `lstrip` and `rstrip`.
  enum Strip {
    KEPT,
    SWALLOWED
  }

  /// `normalized`.
  enum Matching {
    AS_WRITTEN,
    NORMALIZED
  }

  /// `special`: ids do not depend on it.
  enum Role {
    PLAIN,
    SPECIAL
  }
}
