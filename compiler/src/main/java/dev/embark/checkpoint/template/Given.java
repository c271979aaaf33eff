package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a filter, test or function was handed: values in order, and values under names.
record Given(Refusals refusals, String receiver, List<Value> values, Map<String, Value> named) {
  Given {
    values = List.copyOf(values);
    named = Map.copyOf(named);
  }

  /// Requires at most `count` values and no names but these.
  Given expect(int count, String... names) {
    if (values.size() > count || !List.of(names).containsAll(named.keySet())) {
      throw refusals.unsupported(
          "hands "
              + values.size()
              + " values and the names "
              + named.keySet().stream().map(Refusals::shown).sorted().toList()
              + " to "
              + receiver);
    }
    return this;
  }

  /// Returns the value at a place or under a name.
  Optional<Value> find(int place, String name) {
    return place < values.size()
        ? Optional.of(values.get(place))
        : Optional.ofNullable(named.get(name));
  }

  /// Returns the value at a place, which must be there.
  Value at(int place) {
    return find(place, "")
        .orElseThrow(
            () -> refusals.unsupported("hands " + values.size() + " values to " + receiver));
  }

  /// Returns the value at a place, which must be a text without holes.
  String text(int place) {
    if (at(place) instanceof Text(var text)) {
      if (Holes.areIn(text)) {
        throw refusals.looked("hands " + receiver);
      }
      return text;
    }
    throw refusals.unsupported("hands " + at(place).kind() + " to " + receiver);
  }

  /// Returns the values from a place on, for another receiver.
  Given from(int place, String other) {
    return new Given(
        refusals, other, values.subList(Math.min(place, values.size()), values.size()), Map.of());
  }
}
