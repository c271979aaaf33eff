package dev.embark.bundle;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A JSON object read key by key: every key must be there, have the expected kind, and be asked
/// for.
final class Fields {
  private final ObjectNode object;
  private final String name;
  private final Set<String> read = new HashSet<>();

  private Fields(ObjectNode object, String name) {
    this.object = object;
    this.name = name;
  }

  /// Reads all of an object with `reader`; `name` says in errors which object it is.
  static <T> T read(JsonNode node, String name, Function<Fields, T> reader) {
    if (!(node instanceof ObjectNode object)) {
      throw wrong(name, node, "an object");
    }
    var fields = new Fields(object, name);
    T value;
    try {
      value = reader.apply(fields);
    } catch (IllegalArgumentException e) {
      // A record refused its components: the values are of the right kind, but make no sense.
      throw damaged(name + " is not valid: " + e.getMessage() + ".");
    }
    fields.refuseUnread();
    return value;
  }

  private void refuseUnread() {
    var unread = new ArrayList<>(object.propertyNames());
    unread.removeAll(read);
    if (!unread.isEmpty()) {
      throw damaged(
          name + " has keys that format " + Manifest.FORMAT + " does not know: " + unread + ".");
    }
  }

  String name() {
    return name;
  }

  boolean has(String key) {
    return object.has(key);
  }

  String text(String key) {
    JsonNode node = node(key);
    if (!node.isString()) {
      throw wrong(name + "." + key, node, "a string");
    }
    return node.stringValue();
  }

  /// Returns a relative path that stays inside the bundle.
  String path(String key) {
    String path = text(key);
    if (!FileDigest.isInside(path)) {
      throw damaged(name + "." + key + " is \"" + path + "\", which leaves the bundle's folder.");
    }
    return path;
  }

  long integer(String key, long min, long max) {
    JsonNode node = node(key);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(name + "." + key, node, "an integer");
    }
    long value = node.longValue();
    if (value < min || value > max) {
      throw damaged(
          name
              + "."
              + key
              + " is "
              + value
              + ", expected a value from "
              + min
              + " to "
              + max
              + ".");
    }
    return value;
  }

  int count(String key) {
    return (int) integer(key, 0, Integer.MAX_VALUE);
  }

  double real(String key) {
    return real(node(key), name + "." + key);
  }

  private static double real(JsonNode node, String name) {
    if (!node.isNumber()) {
      throw wrong(name, node, "a number");
    }
    return node.doubleValue();
  }

  boolean flag(String key) {
    JsonNode node = node(key);
    if (!node.isBoolean()) {
      throw wrong(name + "." + key, node, "true or false");
    }
    return node.booleanValue();
  }

  <T> T object(String key, Function<Fields, T> reader) {
    return read(node(key), name + "." + key, reader);
  }

  <T> List<T> objects(String key, Function<Fields, T> reader) {
    var values = new ArrayList<T>();
    for (JsonNode element : array(key)) {
      values.add(read(element, name + "." + key + "[" + values.size() + "]", reader));
    }
    return values;
  }

  List<String> texts(String key) {
    var values = new ArrayList<String>();
    for (JsonNode element : array(key)) {
      if (!element.isString()) {
        throw wrong(name + "." + key + "[" + values.size() + "]", element, "a string");
      }
      values.add(element.stringValue());
    }
    return values;
  }

  /// Returns whole numbers from 0 on.
  List<Integer> counts(String key) {
    var values = new ArrayList<Integer>();
    for (JsonNode element : array(key)) {
      if (!element.isIntegralNumber() || !element.canConvertToInt() || element.intValue() < 0) {
        throw damaged(
            name + "." + key + "[" + values.size() + "] is " + element + ", expected a count.");
      }
      values.add(element.intValue());
    }
    return values;
  }

  /// Returns an object whose keys are free and whose values are strings.
  Map<String, String> textMap(String key) {
    var values = new TreeMap<String, String>();
    for (var entry : anyObject(key).properties()) {
      if (!entry.getValue().isString()) {
        throw wrong(name + "." + key + "." + entry.getKey(), entry.getValue(), "a string");
      }
      values.put(entry.getKey(), entry.getValue().stringValue());
    }
    return values;
  }

  /// Returns an object whose keys are free and whose values are numbers.
  Map<String, Double> realMap(String key) {
    var values = new TreeMap<String, Double>();
    for (var entry : anyObject(key).properties()) {
      values.put(entry.getKey(), real(entry.getValue(), name + "." + key + "." + entry.getKey()));
    }
    return values;
  }

  /// Returns the one of `choices` that `spelling` gives for the string at `key`.
  <T> T choice(String key, T[] choices, Function<T, String> spelling) {
    return choice(name + "." + key, text(key), choices, spelling);
  }

  static <T> T choice(String name, String text, T[] choices, Function<T, String> spelling) {
    var known = new ArrayList<String>();
    for (T choice : choices) {
      if (spelling.apply(choice).equals(text)) {
        return choice;
      }
      known.add(spelling.apply(choice));
    }
    throw damaged(name + " is \"" + text + "\", expected one of " + known + ".");
  }

  private ObjectNode anyObject(String key) {
    JsonNode node = node(key);
    if (node instanceof ObjectNode found) {
      return found;
    }
    throw wrong(name + "." + key, node, "an object");
  }

  private JsonNode array(String key) {
    JsonNode node = node(key);
    if (!node.isArray()) {
      throw wrong(name + "." + key, node, "an array");
    }
    return node;
  }

  private JsonNode node(String key) {
    JsonNode node = object.get(key);
    if (node == null) {
      throw damaged(name + " has no key \"" + key + "\".");
    }
    read.add(key);
    return node;
  }

  private static Problem wrong(String name, JsonNode node, String expected) {
    return damaged(name + " is a JSON " + node.getNodeType() + ", expected " + expected + ".");
  }

  /// Returns the problem of an object whose `type` this version does not know.
  static Problem unknownType(Fields fields, String type, List<String> known) {
    return damaged(fields.name() + ".type is \"" + type + "\", expected one of " + known + ".");
  }

  static Problem damaged(String what) {
    return new Problem(
        Category.BAD_INPUT,
        what,
        "",
        "The bundle is damaged or was edited; copy it again from where it came, or convert the"
            + " model again.");
  }
}
