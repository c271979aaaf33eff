package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;

/// Jinja's tests: what may stand behind `is`.
record Tests(Operators operators) {
  boolean holds(String name, Value input, Given given) {
    return switch (name) {
      case "equalto", "eq", "==" -> operators.equal(input, given.expect(1).at(0));
      case "ne", "!=" -> !operators.equal(input, given.expect(1).at(0));
      case "in" -> operators.compare("in", input, given.expect(1).at(0));
      case "gt", "greaterthan", ">" -> operators.compare(">", input, given.expect(1).at(0));
      case "ge", ">=" -> operators.compare(">=", input, given.expect(1).at(0));
      case "lt", "lessthan", "<" -> operators.compare("<", input, given.expect(1).at(0));
      case "le", "<=" -> operators.compare("<=", input, given.expect(1).at(0));
      default -> holds(name, input, given.expect(0).refusals());
    };
  }

  private static boolean holds(String name, Value input, Refusals refusals) {
    return switch (name) {
      case "defined" -> input != Absent.UNDEFINED;
      case "undefined" -> input == Absent.UNDEFINED;
      case "none" -> input == Absent.NONE;
      case "string" -> input instanceof Text;
      case "mapping" -> input instanceof Mapping;
      case "boolean" -> input instanceof Truth;
      case "integer" -> input instanceof Whole;
      case "number" -> input instanceof Whole || input instanceof Truth;
      case "true" -> input == Truth.TRUE;
      case "false" -> input == Truth.FALSE;
      case "iterable", "sequence" ->
          input instanceof Text
              || input instanceof Listing
              || input instanceof Mapping
              || input == Absent.UNDEFINED;
      default -> throw refusals.unsupported("has the test \"" + Refusals.shown(name) + "\"");
    };
  }
}
