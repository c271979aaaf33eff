package dev.embark.format.json;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// JSON files as trees ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), with limits that a
/// hostile file meets before the heap does: at most 100 levels, 64 MiB a file, no duplicate keys.
public final class Json {
  private static final int DEPTH_MAX = 100;
  private static final long BYTES_MAX = 64L << 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxStringLength((int) BYTES_MAX)
                          .maxNameLength(100_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                  .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                  .build())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private Json() {}

  /// Reads an object from a file.
  public static ObjectNode readObject(Path file) {
    return object(read(file), file.toString());
  }

  /// Reads any JSON value from a file.
  public static JsonNode read(Path file) {
    try {
      long size = Files.size(file);
      if (size > BYTES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " has " + size + " bytes; a JSON file may have at most " + BYTES_MAX + ".",
            "",
            "Check that the right file has this name.");
      }
      return parse(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e.getMessage()), "", e);
    }
  }

  /// Parses a JSON value; `name` says in errors where it comes from.
  public static JsonNode parse(byte[] bytes, String name) {
    try {
      return MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw invalid(name, e);
    }
  }

  private static Problem invalid(String name, JacksonException e) {
    return new Problem(
        Category.BAD_INPUT,
        name + " is not valid JSON.",
        // Where an unclosed bracket stands, Jackson says in terms of its own settings.
        e.getOriginalMessage().replaceFirst(" \\(start marker at \\[Source: .*]\\)", "")
            + " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ").",
        "Fetch the file again; if it is your own, mend it there.",
        e);
  }

  /// Parses an object; `name` says in errors where it comes from.
  public static ObjectNode parseObject(byte[] bytes, String name) {
    return object(parse(bytes, name), name);
  }

  private static ObjectNode object(JsonNode node, String name) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw notAnObject(name, node.getNodeType().toString());
  }

  private static Problem notAnObject(String name, String kind) {
    return new Problem(
        Category.BAD_INPUT,
        name + " holds a JSON " + kind + ", expected an object.",
        "",
        "Fetch the file again.");
  }

  /// Returns the text of an object in a file with some of its fields replaced, or added at its end;
  /// everything else goes by without becoming a tree, because a tokenizer has a million values.
  public static String edited(Path file, Map<String, JsonNode> fields) {
    var text = new StringWriter();
    var missing = new TreeMap<>(fields);
    try (var in = MAPPER.reader().createParser(file);
        var out =
            MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).createGenerator(text)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw notAnObject(file.toString(), "value");
      }
      out.writeStartObject();
      for (var name = in.nextName(); name != null; name = in.nextName()) {
        in.nextToken();
        out.writeName(name);
        var replaced = missing.remove(name);
        if (replaced == null) {
          out.copyCurrentStructure(in);
        } else {
          in.skipChildren();
          out.writeTree(replaced);
        }
      }
      for (var field : missing.entrySet()) {
        out.writeName(field.getKey());
        out.writeTree(field.getValue());
      }
      out.writeEndObject();
    } catch (JacksonException e) {
      throw invalid(file.toString(), e);
    }
    return text + "\n";
  }

  /// Returns a new, empty object.
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /// Returns a new, empty array.
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /// Returns the indented text of a value, ended by a newline.
  public static String pretty(JsonNode node) {
    return MAPPER.writeValueAsString(node) + "\n";
  }

  /// Returns the text of a value on one line, without a newline.
  public static String line(JsonNode node) {
    return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(node);
  }
}
