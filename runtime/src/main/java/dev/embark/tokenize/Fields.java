package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.TokenizerConfig.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The fields of a component of a tokenizer, a small JSON object. Each must be asked for: what is
/// left over is refused, for it could change ids.
final class Fields {
  private static final String TYPE = "type";

  private final String source;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, Setting> flags = new HashMap<>();
  private final Map<String, Fields> objects = new HashMap<>();
  private final Map<String, List<Fields>> lists = new HashMap<>();
  private final TreeSet<String> unread = new TreeSet<>();

  private Fields(String source) {
    this.source = source;
  }

  static Fields read(JsonCursor json) {
    var fields = new Fields(json.source());
    json.object(name -> fields.field(json, name));
    return fields;
  }

  private void field(JsonCursor json, String name) {
    unread.add(name);
    switch (json.kind()) {
      case STRING -> texts.put(name, json.string());
      case BOOLEAN -> flags.put(name, json.bool() ? Setting.TRUE : Setting.FALSE);
      case NULL -> {
        json.isNull();
        flags.put(name, Setting.NULL);
      }
      case OBJECT -> objects.put(name, read(json));
      case ARRAY -> {
        var list = new ArrayList<Fields>();
        json.array(() -> {
          if (json.kind() == JsonCursor.Kind.OBJECT) {
            list.add(read(json));
          } else {
            json.skip();
          }
        });
        lists.put(name, list);
      }
      case NUMBER -> json.skip();
    }
  }

  /// Returns the name of the document in errors.
  String source() {
    return source;
  }

  String type() {
    return text(TYPE);
  }

  String text(String name) {
    var text = texts.get(name);
    if (text == null) {
      throw missing(name);
    }
    unread.remove(name);
    return text;
  }

  /// Returns a text, or another where it is not there.
  String text(String name, String otherwise) {
    return texts.containsKey(name) ? text(name) : otherwise;
  }

  /// Returns true, false or null as they are written, or that the field is not there.
  Setting flag(String name) {
    unread.remove(name);
    return flags.getOrDefault(name, Setting.ABSENT);
  }

  /// Returns a flag that must be there and be true or false.
  Setting certain(String name) {
    var setting = flag(name);
    if (setting != Setting.TRUE && setting != Setting.FALSE) {
      throw missing(name);
    }
    return setting;
  }

  Fields object(String name) {
    var object = objects.get(name);
    if (object == null) {
      throw missing(name);
    }
    unread.remove(name);
    return object;
  }

  List<Fields> list(String name) {
    var list = lists.get(name);
    if (list == null) {
      throw missing(name);
    }
    unread.remove(name);
    return list;
  }

  /// Returns whether a field is there.
  boolean has(String name) {
    return texts.containsKey(name)
        || flags.containsKey(name)
        || objects.containsKey(name)
        || lists.containsKey(name);
  }

  /// Checks that every field was asked for.
  void end(String component) {
    if (!unread.isEmpty()) {
      throw Unsupported.field(source, component, unread.first());
    }
  }

  private Problem missing(String field) {
    return missing(source, field);
  }

  static Problem missing(String source, String field) {
    return new Problem(
        Category.BAD_INPUT, source + " has no \"" + field + "\".", "", "Fetch the file again.");
  }
}
