package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Absent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The names of a template or of one turn of a loop: what is set inside is unknown outside.
final class Scope {
  private final Optional<Scope> outer;
  private final Map<String, Value> names = new HashMap<>();

  private Scope(Optional<Scope> outer) {
    this.outer = outer;
  }

  static Scope of(Map<String, Value> names) {
    var scope = new Scope(Optional.empty());
    scope.names.putAll(names);
    return scope;
  }

  Scope inner() {
    return new Scope(Optional.of(this));
  }

  void set(String name, Value value) {
    names.put(name, value);
  }

  Value get(String name) {
    var value = names.get(name);
    if (value != null) {
      return value;
    }
    return outer.map(scope -> scope.get(name)).orElse(Absent.UNDEFINED);
  }
}
