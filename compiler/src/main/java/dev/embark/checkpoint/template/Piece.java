package dev.embark.checkpoint.template;

import java.util.List;

/// What a template is cut into.
sealed interface Piece {
  /// Text that is printed as it is.
  record Literal(String text) implements Piece {}

  /// `{{ … }}`.
  record Output(List<Token> tokens) implements Piece {
    public Output {
      tokens = List.copyOf(tokens);
    }
  }

  /// `{% … %}`.
  record Tag(List<Token> tokens) implements Piece {
    public Tag {
      tokens = List.copyOf(tokens);
    }
  }
}
