package dev.embark.evaluate;

import dev.embark.format.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Files of an object a line.
final class JsonLines {
  private JsonLines() {}

  static List<JsonNode> read(Path file) {
    var objects = new ArrayList<JsonNode>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          var bytes = line.getBytes(StandardCharsets.UTF_8);
          objects.add(Json.parseObject(bytes, file + " line " + number));
          Datasets.requireFew(objects.size(), file);
        }
      }
    } catch (IOException e) {
      throw Datasets.unreadable(file, e);
    }
    return objects;
  }

  /// Returns a text of an object; throws a `Problem` where it has none of that name.
  static String text(JsonNode object, String field, Path file) {
    var value = object.path(field);
    if (!value.isString()) {
      throw Rows.wrong(
          file + " has an object without a text \"" + field + "\".", "It has " + names(object));
    }
    return value.stringValue();
  }

  private static String names(JsonNode object) {
    return List.copyOf(object.propertyNames()) + ".";
  }

  /// Returns texts of an object, in a list or alone; none where it has none of that name.
  static List<String> texts(JsonNode object, String field) {
    var value = object.path(field);
    return value.isString()
        ? List.of(value.stringValue())
        : value.valueStream().map(JsonNode::asString).toList();
  }
}
