package dev.embark.checkpoint.template;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an expression of a template can be.
public sealed interface Value {
  /// Returns what this is, for error messages.
  String kind();

  /// A text, perhaps with [Holes] in it.
  record Text(String text) implements Value {
    @Override
    public String kind() {
      return "a text";
    }
  }

  record Whole(long number) implements Value {
    @Override
    public String kind() {
      return "an integer";
    }
  }

  /// `true` and `false`.
  enum Truth implements Value {
    TRUE,
    FALSE;

    @Override
    public String kind() {
      return "a truth value";
    }
  }

  /// Values without content: `None`, and what a name stands for that nothing was set to.
  enum Absent implements Value {
    NONE,
    UNDEFINED;

    @Override
    public String kind() {
      return this == NONE ? "none" : "undefined";
    }
  }

  record Listing(List<Value> items) implements Value {
    public Listing {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /// A dictionary with texts as keys, in their order.
  record Mapping(Map<String, Value> entries) implements Value {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @Override
    public String kind() {
      return "a dictionary";
    }
  }

  /// The one value that changes: what `namespace()` makes, so that loops can leave results.
  final class Namespace implements Value {
    private final Map<String, Value> members = new HashMap<>();

    Value get(String name) {
      return members.getOrDefault(name, Absent.UNDEFINED);
    }

    void set(String name, Value value) {
      members.put(name, value);
    }

    @Override
    public String kind() {
      return "a namespace";
    }
  }
}
