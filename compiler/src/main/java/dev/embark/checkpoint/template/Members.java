package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Namespace;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What lies inside a value: `value.name`, `value[index]`, `value[start:stop]`.
record Members(Operators operators) {
  private static final Set<String> METHODS_OF_DICTIONARIES =
      Set.of(
          "clear",
          "copy",
          "fromkeys",
          "get",
          "items",
          "keys",
          "pop",
          "popitem",
          "setdefault",
          "update",
          "values");

  private Refusals refusals() {
    return operators.refusals();
  }

  Value attribute(Value target, String name) {
    return switch (target) {
      case Mapping(var entries) -> {
        if (METHODS_OF_DICTIONARIES.contains(name)) {
          throw refusals().unsupported("takes the method " + name + " as a value");
        }
        yield entries.getOrDefault(name, Absent.UNDEFINED);
      }
      case Namespace namespace -> namespace.get(name);
      case Absent absent when absent == Absent.NONE && !name.startsWith("_") -> Absent.UNDEFINED;
      case Text _, Whole _, Truth _, Listing _, Absent _ ->
          throw operators.unfit("the attribute \"" + Refusals.shown(name) + "\"", target);
    };
  }

  /// Returns what a path such as `content.text` leads to.
  Value path(Value target, String path) {
    var value = target;
    for (var name : path.split("\\.", -1)) {
      value = item(value, new Text(name));
    }
    return value;
  }

  Value item(Value target, Value index) {
    return switch (target) {
      case Mapping(var entries) when index instanceof Text(var key) -> {
        var found = entries.get(operators.plain(key, "takes as a key"));
        yield found == null ? attribute(target, key) : found;
      }
      case Namespace namespace when index instanceof Text(var key) ->
          namespace.get(operators.plain(key, "takes as a key"));
      case Listing(var items) when index instanceof Whole(long number) -> at(items, number);
      case Text(var text) when index instanceof Whole(long number) -> at(characters(text), number);
      case Absent absent when absent == Absent.NONE -> Absent.UNDEFINED;
      case Text _, Whole _, Truth _, Listing _, Mapping _, Namespace _, Absent _ ->
          throw operators.unfit("an item under " + index.kind(), target);
    };
  }

  private static Value at(List<Value> items, long number) {
    long place = number < 0 ? number + items.size() : number;
    return place < 0 || place >= items.size() ? Absent.UNDEFINED : items.get((int) place);
  }

  private List<Value> characters(String text) {
    operators.budget().spend(text.length());
    return operators
        .plain(text, "takes characters of")
        .codePoints()
        .<Value>mapToObj(character -> new Text(Character.toString(character)))
        .toList();
  }

  Value slice(Value target, List<Value> bounds) {
    return switch (target) {
      case Listing(var items) -> new Listing(slice(items, bounds));
      case Text(var text) -> {
        var slice = new StringBuilder();
        slice(characters(text), bounds).forEach(one -> slice.append(operators.print(one)));
        yield operators.text(slice.toString());
      }
      case Whole _, Truth _, Absent _, Mapping _, Namespace _ ->
          throw operators.unfit("a slice", target);
    };
  }

  /// Python's slice: bounds behind the ends are moved there, negative ones count from the end.
  private List<Value> slice(List<Value> items, List<Value> bounds) {
    long step = bound(bounds.get(2), 1);
    if (step == 0) {
      throw refusals().unsupported("has a slice with steps of 0");
    }
    int size = items.size();
    long lowest = step > 0 ? 0 : -1;
    long highest = step > 0 ? size : size - 1;
    long start = step > 0 ? lowest : highest;
    long stop = step > 0 ? highest : lowest;
    if (bounds.get(0) != Absent.NONE) {
      start = moved(bound(bounds.get(0), 0), size, lowest, highest);
    }
    if (bounds.get(1) != Absent.NONE) {
      stop = moved(bound(bounds.get(1), 0), size, lowest, highest);
    }
    operators.budget().spend(size);
    var slice = new ArrayList<Value>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      slice.add(items.get((int) i));
    }
    return slice;
  }

  private static long moved(long bound, int size, long lowest, long highest) {
    return Math.clamp(bound < 0 ? bound + size : bound, lowest, highest);
  }

  private long bound(Value value, long otherwise) {
    if (value == Absent.NONE) {
      return otherwise;
    }
    if (value instanceof Whole(long number) && (int) number == number) {
      return number;
    }
    throw operators.unfit("a slice to the bound", value);
  }
}
