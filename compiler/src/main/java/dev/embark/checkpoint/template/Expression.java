package dev.embark.checkpoint.template;

import java.util.List;

/// What stands between the braces.
sealed interface Expression {
  record Constant(Value value) implements Expression {}

  record Name(String name) implements Expression {}

  record Attribute(Expression target, String name) implements Expression {}

  record Item(Expression target, Expression index) implements Expression {}

  /// `target[start:stop:step]`; what is left out is `none`.
  record Slice(Expression target, Expression start, Expression stop, Expression step)
      implements Expression {}

  record Call(Expression target, Arguments arguments) implements Expression {}

  record Filter(Expression input, String name, Arguments arguments) implements Expression {}

  record Test(Expression input, String name, Arguments arguments) implements Expression {}

  record Not(Expression operand) implements Expression {}

  record Minus(Expression operand) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  /// `+`, `-`, `~` or another operator of two values.
  record Binary(String operator, Expression left, Expression right) implements Expression {}

  /// `first < second <= third`: each comparison has the value before it on its left.
  record Comparison(Expression first, List<Step> steps) implements Expression {
    public Comparison {
      steps = List.copyOf(steps);
    }

    record Step(String operator, Expression right) {}
  }

  /// `then if condition else otherwise`.
  record Choice(Expression condition, Expression then, Expression otherwise)
      implements Expression {}

  record ListOf(List<Expression> items) implements Expression {
    public ListOf {
      items = List.copyOf(items);
    }
  }

  /// What is handed over in a call; a name is empty where there is none.
  record Arguments(List<Argument> all) {
    static final Arguments NONE = new Arguments(List.of());

    public Arguments {
      all = List.copyOf(all);
    }
  }

  record Argument(String name, Expression value) {}
}
