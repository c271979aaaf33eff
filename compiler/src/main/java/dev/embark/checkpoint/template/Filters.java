package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Namespace;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Jinja's filters: what may stand behind `|`.
record Filters(Operators operators, Members members, Tests tests, Texts texts) {
  Value apply(String name, Value input, Given given) {
    return switch (name) {
      case "default", "d" -> otherwise(input, given);
      case "first" -> items(name, input, given.expect(0)).stream().findFirst().orElse(nothing());
      case "last" -> {
        var items = items(name, input, given.expect(0));
        yield items.isEmpty() ? nothing() : items.getLast();
      }
      case "list" -> new Listing(items(name, input, given.expect(0)));
      case "length", "count" -> length(input, given.expect(0));
      case "join" -> join(input, given);
      case "map" -> map(input, given);
      case "selectattr" -> new Listing(filtered(input, given, tested(given)));
      case "rejectattr" -> new Listing(filtered(input, given, tested(given).negate()));
      case "string" -> operators.text(operators.print(input));
      case "trim" -> texts.strip(operators.print(input), given);
      case "lower" -> texts.lower(operators.print(input), given);
      case "upper" -> texts.upper(operators.print(input), given);
      case "replace" -> texts.replace(operators.print(input), given);
      default ->
          throw operators.refusals().unsupported("has the filter \"" + Refusals.shown(name) + "\"");
    };
  }

  private static Value nothing() {
    return Absent.UNDEFINED;
  }

  private Value otherwise(Value input, Given given) {
    given.expect(2, "default_value", "boolean");
    boolean always = operators.holds(given.find(1, "boolean").orElse(Truth.FALSE));
    boolean replaces = input == Absent.UNDEFINED || (always && !operators.holds(input));
    return replaces ? given.find(0, "default_value").orElse(new Text("")) : input;
  }

  private List<Value> items(String name, Value input, Given given) {
    return switch (input) {
      case Listing(var items) -> {
        operators.budget().spend(items.size());
        yield items;
      }
      case Absent absent when absent == Absent.UNDEFINED -> List.of();
      case Text _, Whole _, Truth _, Absent _, Mapping _, Namespace _ ->
          throw given.refusals().unsupported("has the filter \"" + name + "\" of " + input.kind());
    };
  }

  private Whole length(Value input, Given given) {
    return switch (input) {
      case Text(var text) -> {
        var plain = operators.plain(text, "counts the characters of");
        yield new Whole(plain.codePointCount(0, plain.length()));
      }
      case Mapping(var entries) -> new Whole(entries.size());
      case Whole _, Truth _, Absent _, Listing _, Namespace _ ->
          new Whole(items("length", input, given).size());
    };
  }

  private Value join(Value input, Given given) {
    var between = operators.print(given.expect(1, "d").find(0, "d").orElse(new Text("")));
    var items = items("join", input, given);
    operators.budget().spend((long) between.length() * items.size());
    return operators.text(
        items.stream()
            .map(item -> operators.text(operators.print(item)).text())
            .collect(Collectors.joining(between)));
  }

  private Value map(Value input, Given given) {
    given.expect(0, "attribute", "default");
    if (!(given.named().get("attribute") instanceof Text(var path))) {
      throw given.refusals().unsupported("has the filter \"map\" without an attribute");
    }
    return new Listing(
        items("map", input, given).stream()
            .map(item -> {
              var value = members.path(item, path);
              return value == Absent.UNDEFINED
                  ? given.find(0, "default").orElse(Absent.UNDEFINED)
                  : value;
            })
            .toList());
  }

  private List<Value> filtered(Value input, Given given, Predicate<Value> test) {
    var path = given.expect(3).text(0);
    return items(given.receiver(), input, given).stream()
        .filter(item -> test.test(members.path(item, path)))
        .toList();
  }

  /// Without a test, what counts is whether the attribute holds.
  private Predicate<Value> tested(Given given) {
    if (given.values().size() < 2) {
      return operators::holds;
    }
    var name = given.text(1);
    return value -> tests.holds(name, value, given.from(2, "the test " + name));
  }
}
