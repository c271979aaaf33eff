package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Namespace;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;
import dev.embark.problem.Problem;
import java.util.ArrayList;

/// What Python does with values, as far as a template may see it.
record Operators(Refusals refusals, Budget budget) {
  /// Returns what is printed of a value.
  String print(Value value) {
    return switch (value) {
      case Text(var text) -> text;
      case Whole(long number) -> Long.toString(number);
      case Truth truth -> truth == Truth.TRUE ? "True" : "False";
      case Absent absent -> absent == Absent.NONE ? "None" : "";
      case Listing _, Mapping _, Namespace _ ->
          throw refusals.unsupported("prints " + value.kind());
    };
  }

  /// Returns whether a condition holds that is this value.
  boolean holds(Value value) {
    return switch (value) {
      case Text(var text) -> holds(text);
      case Whole(long number) -> number != 0;
      case Truth truth -> truth == Truth.TRUE;
      case Absent _ -> false;
      case Listing(var items) -> !items.isEmpty();
      case Mapping(var entries) -> !entries.isEmpty();
      case Namespace _ -> true;
    };
  }

  private boolean holds(String text) {
    if (!text.isEmpty() && text.chars().allMatch(Holes::isHole)) {
      throw refusals.looked("asks for the emptiness of");
    }
    return !text.isEmpty();
  }

  /// Returns a text without holes, of which `how` says what it is wanted for.
  String plain(String text, String how) {
    if (Holes.areIn(text)) {
      throw refusals.looked(how);
    }
    return text;
  }

  Value binary(String operator, Value left, Value right) {
    return switch (operator) {
      case "~" -> text(print(left) + print(right));
      case "+" -> sum(left, right);
      case "-", "%", "//", "*" -> calculated(operator, left, right);
      default -> throw refusals.unsupported("has the operator " + operator);
    };
  }

  private Value sum(Value left, Value right) {
    if (left instanceof Text(var first) && right instanceof Text(var second)) {
      return text(first + second);
    }
    if (left instanceof Listing(var first) && right instanceof Listing(var second)) {
      budget.spend((long) first.size() + second.size());
      var all = new ArrayList<>(first);
      all.addAll(second);
      return new Listing(all);
    }
    return calculated("+", left, right);
  }

  /// Returns a text that was made.
  Text text(String text) {
    budget.spend(text.length());
    return new Text(text);
  }

  private Value calculated(String operator, Value left, Value right) {
    if (left instanceof Whole(long first) && right instanceof Whole(long second)) {
      try {
        return switch (operator) {
          case "+" -> new Whole(Math.addExact(first, second));
          case "-" -> new Whole(Math.subtractExact(first, second));
          case "*" -> new Whole(Math.multiplyExact(first, second));
          case "%" -> new Whole(Math.floorMod(first, second));
          default -> new Whole(Math.floorDiv(first, second));
        };
      } catch (ArithmeticException _) {
        throw refusals.unsupported("calculates " + first + " " + operator + " " + second);
      }
    }
    throw refusals.unsupported(
        "has \"" + operator + "\" between " + left.kind() + " and " + right.kind());
  }

  boolean compare(String operator, Value left, Value right) {
    return switch (operator) {
      case "==" -> equal(left, right);
      case "!=" -> !equal(left, right);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      default -> ordered(operator, left, right);
    };
  }

  boolean equal(Value left, Value right) {
    if (left instanceof Text(var first) && right instanceof Text(var second)) {
      return plain(first, "compares").equals(plain(second, "compares"));
    }
    boolean isScalar = isScalar(left) && isScalar(right);
    if (!isScalar) {
      throw refusals.unsupported("compares " + left.kind() + " with " + right.kind());
    }
    return number(left).equals(number(right));
  }

  private static boolean isScalar(Value value) {
    return switch (value) {
      case Text _, Whole _, Truth _, Absent _ -> true;
      case Listing _, Mapping _, Namespace _ -> false;
    };
  }

  /// Python's `True` is 1.
  private static Value number(Value value) {
    return value instanceof Truth truth ? new Whole(truth == Truth.TRUE ? 1 : 0) : value;
  }

  private boolean contains(Value whole, Value part) {
    return switch (whole) {
      case Text(var text) when part instanceof Text(var inner) ->
          plain(text, "searches").contains(plain(inner, "searches for"));
      case Listing(var items) -> {
        budget.spend(items.size());
        yield items.stream().anyMatch(item -> equal(item, part));
      }
      case Mapping(var entries) when part instanceof Text(var key) ->
          entries.containsKey(plain(key, "searches for"));
      case Absent absent when absent == Absent.UNDEFINED -> false;
      case Text _, Whole _, Truth _, Absent _, Mapping _, Namespace _ ->
          throw refusals.unsupported("searches for " + part.kind() + " in " + whole.kind());
    };
  }

  private boolean ordered(String operator, Value left, Value right) {
    if (number(left) instanceof Whole(long first) && number(right) instanceof Whole(long second)) {
      return switch (operator) {
        case "<" -> first < second;
        case "<=" -> first <= second;
        case ">" -> first > second;
        case ">=" -> first >= second;
        default -> throw refusals.unsupported("has the operator " + operator);
      };
    }
    throw refusals.unsupported(
        "has \"" + operator + "\" between " + left.kind() + " and " + right.kind());
  }

  /// The problem that a value is not what an operation is for.
  Problem unfit(String operation, Value value) {
    return refusals.unsupported("has " + operation + " of " + value.kind());
  }
}
