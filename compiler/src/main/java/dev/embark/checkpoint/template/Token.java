package dev.embark.checkpoint.template;

/// A word of a tag: a name, a string without its quotes, a number, or an operator.
record Token(Kind kind, String text, int line) {
  enum Kind {
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /// Returns the word as an error message shows it.
  String shown() {
    return kind == Kind.END ? "its end" : "\"" + Refusals.shown(text) + "\"";
  }
}
