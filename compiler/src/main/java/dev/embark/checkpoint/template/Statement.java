package dev.embark.checkpoint.template;

import java.util.List;

/// What a template does, in its order.
sealed interface Statement {
  /// Prints text as it stands.
  record Print(String text) implements Statement {}

  /// Prints a value.
  record Output(Expression expression) implements Statement {}

  /// `set name = value`, or `set namespace.name = value`; the member is empty without a dot.
  record Assign(String name, String member, Expression value) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise) implements Statement {
    public If {
      branches = List.copyOf(branches);
      otherwise = List.copyOf(otherwise);
    }
  }

  record Branch(Expression condition, List<Statement> body) {
    public Branch {
      body = List.copyOf(body);
    }
  }

  record For(String variable, Expression items, List<Statement> body) implements Statement {
    public For {
      body = List.copyOf(body);
    }
  }
}
