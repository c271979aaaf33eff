package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Expression.Argument;
import dev.embark.checkpoint.template.Expression.Arguments;
import dev.embark.checkpoint.template.Expression.Comparison;
import dev.embark.checkpoint.template.Expression.Constant;
import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads expressions, weakest binding first:
///
/// ```
/// choice      or [if or else choice]
/// or          and {or and}
/// and         not {and not}
/// not         not not | comparison
/// comparison  sum {(== | != | < | <= | > | >= | in | not in) sum}
/// sum         join {(+ | -) join}
/// join        product {~ product}
/// product     unary {(* | / | // | %) unary}
/// unary       - unary | primary {.name | [index] | (arguments)} {| filter | is test}
/// ```
final class ExpressionParser {
  private static final int DEPTH_MAX = 100;
  private static final int CHAIN_MAX = 1000;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /// Tests that take a value without brackets around it.
  private static final Set<String> TESTS_OF_TWO =
      Set.of("equalto", "eq", "ne", "in", "gt", "ge", "lt", "le", "divisibleby", "sameas");

  private final TokenReader tokens;
  private int depth;
  private int chained;

  ExpressionParser(TokenReader tokens) {
    this.tokens = tokens;
  }

  Expression choice() {
    if (++depth > DEPTH_MAX) {
      throw tokens.unsupported("more than " + DEPTH_MAX + " brackets in each other");
    }
    var then = or();
    while (tokens.skipName("if")) {
      var condition = or();
      Expression otherwise = new Constant(Absent.UNDEFINED);
      if (tokens.skipName("else")) {
        otherwise = choice();
      }
      then = new Expression.Choice(condition, then, otherwise);
      grown();
    }
    depth--;
    return then;
  }

  Expression or() {
    var left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, and());
      grown();
    }
    return left;
  }

  private Expression and() {
    var left = not();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, not());
      grown();
    }
    return left;
  }

  private Expression not() {
    int count = 0;
    while (tokens.skipName("not")) {
      count++;
    }
    var operand = comparison();
    for (int i = 0; i < Math.min(count, 2 + count % 2); i++) {
      operand = new Expression.Not(operand);
    }
    return operand;
  }

  private Expression comparison() {
    var first = sum();
    var steps = new ArrayList<Comparison.Step>();
    while (true) {
      var token = tokens.peek();
      if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        tokens.take();
        steps.add(new Comparison.Step(token.text(), sum()));
      } else if (tokens.skipName("in")) {
        steps.add(new Comparison.Step("in", sum()));
      } else if (token.isName("not") && tokens.peekSecond().isName("in")) {
        tokens.take();
        tokens.take();
        steps.add(new Comparison.Step("not in", sum()));
      } else {
        return steps.isEmpty() ? first : new Comparison(first, steps);
      }
    }
  }

  private Expression sum() {
    var left = join();
    while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
      left = new Expression.Binary(tokens.take().text(), left, join());
      grown();
    }
    return left;
  }

  private Expression join() {
    var left = product();
    while (tokens.skipOperator("~")) {
      left = new Expression.Binary("~", left, product());
      grown();
    }
    return left;
  }

  private Expression product() {
    var left = unary();
    while (tokens.peek().kind() == Token.Kind.OPERATOR
        && Set.of("*", "/", "//", "%").contains(tokens.peek().text())) {
      left = new Expression.Binary(tokens.take().text(), left, unary());
      grown();
    }
    if (tokens.peek().isOperator("**")) {
      throw tokens.unsupported("the operator **");
    }
    return left;
  }

  private Expression unary() {
    if (tokens.skipOperator("-")) {
      if (tokens.peek().isOperator("-")) {
        throw tokens.unsupported("two minus signs");
      }
      return filtered(new Expression.Minus(postfix(primary())));
    }
    if (tokens.peek().isOperator("+")) {
      throw tokens.unsupported("a plus sign without a value before it");
    }
    return filtered(postfix(primary()));
  }

  private Expression primary() {
    var token = tokens.peek();
    return switch (token.kind()) {
      case NAME -> name(tokens.take().text());
      case STRING -> new Constant(new Text(strings(tokens.take().text())));
      case NUMBER -> number(tokens.take());
      case OPERATOR, END -> {
        if (tokens.skipOperator("(")) {
          yield bracketed();
        }
        if (tokens.skipOperator("[")) {
          yield list();
        }
        if (token.isOperator("{")) {
          throw tokens.unsupported("a dictionary between braces");
        }
        throw tokens.unexpected("a value");
      }
    };
  }

  /// Strings that follow one another are one.
  private String strings(String first) {
    var text = new StringBuilder(first);
    while (tokens.peek().kind() == Token.Kind.STRING) {
      text.append(tokens.take().text());
    }
    return text.toString();
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> new Constant(Truth.TRUE);
      case "false", "False" -> new Constant(Truth.FALSE);
      case "none", "None" -> new Constant(Absent.NONE);
      default -> new Expression.Name(name);
    };
  }

  private Expression number(Token token) {
    boolean isWhole = token.text().matches("0|[1-9][0-9]{0,8}");
    boolean isFraction =
        tokens.peek().isOperator(".") && tokens.peekSecond().kind() == Token.Kind.NUMBER;
    if (!isWhole || isFraction) {
      throw tokens.unsupported("a number that is no plain integer: " + token.shown());
    }
    return new Constant(new Whole(Long.parseLong(token.text())));
  }

  private Expression bracketed() {
    var inner = choice();
    if (tokens.peek().isOperator(",")) {
      throw tokens.unsupported("a tuple");
    }
    tokens.expectOperator(")");
    return inner;
  }

  private Expression list() {
    var items = new ArrayList<Expression>();
    while (!tokens.skipOperator("]")) {
      items.add(choice());
      if (!tokens.peek().isOperator("]")) {
        tokens.expectOperator(",");
      }
    }
    return new Expression.ListOf(items);
  }

  private Expression postfix(Expression primary) {
    var target = primary;
    while (true) {
      if (tokens.skipOperator(".")) {
        target = new Expression.Attribute(target, tokens.name());
      } else if (tokens.skipOperator("[")) {
        target = subscript(target);
      } else if (tokens.skipOperator("(")) {
        target = new Expression.Call(target, arguments());
      } else {
        return target;
      }
      grown();
    }
  }

  /// Chains are walked by recursion later, so they end too.
  private void grown() {
    if (++chained > CHAIN_MAX) {
      throw tokens.unsupported("more than " + CHAIN_MAX + " operations in a tag");
    }
  }

  private Expression subscript(Expression target) {
    Expression none = new Constant(Absent.NONE);
    var start = tokens.peek().isOperator(":") ? none : choice();
    if (tokens.skipOperator("]")) {
      return new Expression.Item(target, start);
    }
    tokens.expectOperator(":");
    var stop = tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? none : choice();
    var step = none;
    if (tokens.skipOperator(":") && !tokens.peek().isOperator("]")) {
      step = choice();
    }
    tokens.expectOperator("]");
    return new Expression.Slice(target, start, stop, step);
  }

  private Expression filtered(Expression value) {
    var input = value;
    while (true) {
      if (tokens.skipOperator("|")) {
        var name = tokens.name();
        var arguments = tokens.skipOperator("(") ? arguments() : Arguments.NONE;
        input = new Expression.Filter(input, name, arguments);
      } else if (tokens.skipName("is")) {
        boolean negated = tokens.skipName("not");
        var name = tokens.name();
        var test = new Expression.Test(input, name, operand(name));
        input = negated ? new Expression.Not(test) : test;
      } else {
        return input;
      }
      grown();
    }
  }

  private Arguments operand(String test) {
    if (tokens.skipOperator("(")) {
      return arguments();
    }
    return TESTS_OF_TWO.contains(test)
        ? new Arguments(List.of(new Argument("", postfix(primary()))))
        : Arguments.NONE;
  }

  private Arguments arguments() {
    var all = new ArrayList<Argument>();
    while (!tokens.skipOperator(")")) {
      if (tokens.peek().isOperator("*") || tokens.peek().isOperator("**")) {
        throw tokens.unsupported("arguments that are handed over as a whole");
      }
      boolean named =
          tokens.peek().kind() == Token.Kind.NAME && tokens.peekSecond().isOperator("=");
      var name = named ? tokens.name() : "";
      if (named) {
        tokens.expectOperator("=");
      }
      all.add(new Argument(name, choice()));
      if (!tokens.peek().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new Arguments(all);
  }
}
