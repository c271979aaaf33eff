package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Expression.And;
import dev.embark.checkpoint.template.Expression.Arguments;
import dev.embark.checkpoint.template.Expression.Attribute;
import dev.embark.checkpoint.template.Expression.Binary;
import dev.embark.checkpoint.template.Expression.Call;
import dev.embark.checkpoint.template.Expression.Choice;
import dev.embark.checkpoint.template.Expression.Comparison;
import dev.embark.checkpoint.template.Expression.Constant;
import dev.embark.checkpoint.template.Expression.Filter;
import dev.embark.checkpoint.template.Expression.Item;
import dev.embark.checkpoint.template.Expression.ListOf;
import dev.embark.checkpoint.template.Expression.Minus;
import dev.embark.checkpoint.template.Expression.Name;
import dev.embark.checkpoint.template.Expression.Not;
import dev.embark.checkpoint.template.Expression.Or;
import dev.embark.checkpoint.template.Expression.Slice;
import dev.embark.checkpoint.template.Expression.Test;
import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Namespace;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/// Computes expressions.
final class Evaluator {
  /// What transformers and Jinja define for every template.
  private static final Set<String> FUNCTIONS =
      Set.of(
          "cycler",
          "dict",
          "joiner",
          "lipsum",
          "namespace",
          "raise_exception",
          "range",
          "strftime_now");

  private static final int RANGE_MAX = 10_000;

  private final Refusals refusals;
  private final Budget budget;
  private final Operators operators;
  private final Members members;
  private final Tests tests;
  private final Texts texts;
  private final Filters filters;

  Evaluator(Refusals refusals, Budget budget) {
    this.refusals = refusals;
    this.budget = budget;
    operators = new Operators(refusals, budget);
    members = new Members(operators);
    tests = new Tests(operators);
    texts = new Texts(operators);
    filters = new Filters(operators, members, tests, texts);
  }

  boolean holds(Expression expression, Scope scope) {
    return operators.holds(value(expression, scope));
  }

  String print(Expression expression, Scope scope) {
    return operators.print(value(expression, scope));
  }

  Value value(Expression expression, Scope scope) {
    budget.spend(1);
    return switch (expression) {
      case Constant(var value) -> value;
      case Name(var name) -> named(name, scope);
      case Attribute(var target, var name) -> members.attribute(value(target, scope), name);
      case Item(var target, var index) -> members.item(value(target, scope), value(index, scope));
      case Slice(var target, var start, var stop, var step) ->
          members.slice(
              value(target, scope),
              List.of(value(start, scope), value(stop, scope), value(step, scope)));
      case Call(var target, var arguments) -> call(target, arguments, scope);
      case Filter(var input, var name, var arguments) ->
          filters.apply(name, value(input, scope), given("the filter " + name, arguments, scope));
      case Test(var input, var name, var arguments) -> {
        var given = given("the test " + name, arguments, scope);
        yield tests.holds(name, value(input, scope), given) ? Truth.TRUE : Truth.FALSE;
      }
      case Not(var operand) -> holds(operand, scope) ? Truth.FALSE : Truth.TRUE;
      case Minus(var operand) -> operators.binary("-", new Whole(0), value(operand, scope));
      case And(var left, var right) -> {
        var first = value(left, scope);
        yield operators.holds(first) ? value(right, scope) : first;
      }
      case Or(var left, var right) -> {
        var first = value(left, scope);
        yield operators.holds(first) ? first : value(right, scope);
      }
      case Binary(var operator, var left, var right) ->
          operators.binary(operator, value(left, scope), value(right, scope));
      case Comparison comparison -> comparison(comparison, scope);
      case Choice(var condition, var then, var otherwise) ->
          value(holds(condition, scope) ? then : otherwise, scope);
      case ListOf(var items) ->
          new Listing(items.stream().map(item -> value(item, scope)).toList());
    };
  }

  private Value named(String name, Scope scope) {
    var value = scope.get(name);
    if (value == Absent.UNDEFINED && FUNCTIONS.contains(name)) {
      throw refusals.unsupported("takes the function " + name + " as a value");
    }
    return value;
  }

  private Value comparison(Comparison comparison, Scope scope) {
    var left = value(comparison.first(), scope);
    for (var step : comparison.steps()) {
      var right = value(step.right(), scope);
      if (!operators.compare(step.operator(), left, right)) {
        return Truth.FALSE;
      }
      left = right;
    }
    return Truth.TRUE;
  }

  private Value call(Expression target, Arguments arguments, Scope scope) {
    return switch (target) {
      case Attribute(var object, var method) ->
          texts.call(value(object, scope), method, given("the method " + method, arguments, scope));
      case Name(var name) when scope.get(name) == Absent.UNDEFINED ->
          function(name, given("the function " + name, arguments, scope));
      case Constant _,
          Name _,
          Item _,
          Slice _,
          Call _,
          Filter _,
          Test _,
          Not _,
          Minus _,
          And _,
          Or _,
          Binary _,
          Comparison _,
          Choice _,
          ListOf _ ->
          throw refusals.unsupported("calls what is no function");
    };
  }

  private Value function(String name, Given given) {
    return switch (name) {
      case "namespace" -> {
        var namespace = new Namespace();
        given.expect(0, given.named().keySet().toArray(String[]::new));
        given.named().forEach(namespace::set);
        yield namespace;
      }
      case "range" -> range(given.expect(2));
      case "raise_exception" -> throw raised(operators.print(given.expect(1).at(0)));
      default -> throw refusals.unsupported("calls the function " + Refusals.shown(name));
    };
  }

  private Problem raised(String message) {
    return new Problem(
        Category.UNSUPPORTED,
        refusals.template() + " refuses the messages: " + Refusals.shown(message) + ".",
        "The template raises this itself.",
        "Take a model whose template is written for a query and a document.");
  }

  private Value range(Given given) {
    long first = given.values().size() == 2 ? whole(given.at(0)) : 0;
    long end = whole(given.at(given.values().size() == 2 ? 1 : 0));
    if (end - first > RANGE_MAX) {
      throw refusals.endless("has a range of more than " + RANGE_MAX);
    }
    budget.spend(Math.max(0, end - first));
    return new Listing(
        LongStream.range(first, Math.max(first, end)).<Value>mapToObj(Whole::new).toList());
  }

  private long whole(Value value) {
    if (value instanceof Whole(long number) && (int) number == number) {
      return number;
    }
    throw operators.unfit("a range", value);
  }

  private Given given(String receiver, Arguments arguments, Scope scope) {
    var values = new ArrayList<Value>();
    var named = new HashMap<String, Value>();
    for (var argument : arguments.all()) {
      if (argument.name().isEmpty()) {
        values.add(value(argument.value(), scope));
      } else {
        named.put(argument.name(), value(argument.value(), scope));
      }
    }
    return new Given(refusals, receiver, values, named);
  }
}
