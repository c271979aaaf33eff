package dev.embark.verify;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.embed.Input;
import dev.embark.embed.Prompt;
import dev.embark.embed.Role;
import dev.embark.embed.TextPair;
import dev.embark.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A line of [References].
final class ReferenceLine {
  private static final String LOGITS = "logits";
  private static final List<String> KEYS =
      List.of("embedding", "sparse", "token_weights", "token_embeddings", LOGITS);

  private final ObjectNode node;
  private final String name;
  private final Pipeline pipeline;

  ReferenceLine(ObjectNode node, String name, Pipeline pipeline) {
    this.node = node;
    this.name = name;
    this.pipeline = pipeline;
  }

  /// Returns the key under which the values of an output stand.
  static String key(Output output) {
    return switch (output) {
      case Output.Embedding _ -> "embedding";
      case Output.Sparse _ -> "sparse";
      case Output.Lexical _ -> "token_weights";
      case Output.MultiVector _ -> "token_embeddings";
      case Output.Score _ -> LOGITS;
    };
  }

  /// Returns the word for a role, which a text without one does not have.
  static Optional<String> roleWord(Role role) {
    return switch (role) {
      case NONE -> Optional.empty();
      case QUERY, DOCUMENT -> Optional.of(role.name().toLowerCase(Locale.ROOT));
    };
  }

  /// Returns a reference for each output that the line speaks of.
  List<Reference> references() {
    Map<String, Output> outputs = new LinkedHashMap<>();
    pipeline.outputs().forEach(output -> outputs.put(key(output), output));
    var references = new ArrayList<Reference>();
    for (var key : KEYS) {
      if (!node.has(key)) {
        continue;
      }
      var output = outputs.get(key);
      if (output == null) {
        throw wrong(
            " has \""
                + key
                + "\", which the model does not give; it gives "
                + outputs.keySet()
                + ".");
      }
      references.add(
          new Reference(output instanceof Output.Score ? pair() : text(), output, values(output)));
    }
    if (references.isEmpty()) {
      throw wrong(
          " has none of "
              + KEYS.stream().map(key -> "\"" + key + "\"").collect(Collectors.joining(", "))
              + ".");
    }
    return references;
  }

  private Input text() {
    return new Input.Text(string("text"), prompt(), role());
  }

  private Input pair() {
    String instruction = node.has("instruction") ? string("instruction") : "";
    return new Input.Pair(new TextPair(string("query"), string("document")), prompt(), instruction);
  }

  private String string(String key) {
    JsonNode value = node.path(key);
    if (!value.isString()) {
      throw wrong(" has no \"" + key + "\" with a string.");
    }
    return value.stringValue();
  }

  private Prompt prompt() {
    if (node.has("prompt_text")) {
      return new Prompt.Literal(string("prompt_text"));
    }
    if (!node.has("prompt")) {
      return new Prompt.Default();
    }
    if (!node.path("prompt").isString()) {
      throw wrong(" has a \"prompt\" that is not a string.");
    }
    String prompt = string("prompt");
    return prompt.isEmpty() ? new Prompt.None() : new Prompt.Named(prompt);
  }

  private Role role() {
    if (!node.has("role")) {
      return Role.NONE;
    }
    String word = string("role");
    return Stream.of(Role.values())
        .filter(role -> roleWord(role).filter(word::equals).isPresent())
        .findFirst()
        .orElseThrow(
            () -> wrong(" has the \"role\" \"" + word + "\", expected \"query\" or \"document\"."));
  }

  private float[] values(Output output) {
    JsonNode given = node.path(key(output));
    return switch (output) {
      case Output.Embedding embedding -> fixed(given, embedding.dimension());
      case Output.Score score -> fixed(given, score.labels().size());
      case Output.Lexical lexical -> numbers(array(given, lexical));
      case Output.Sparse sparse -> sparse(given, sparse);
      case Output.MultiVector vectors -> rows(array(given, vectors), vectors.dimension());
    };
  }

  private JsonNode array(JsonNode given, Output output) {
    if (!given.isArray()) {
      throw wrong(" has no \"" + key(output) + "\" with an array.");
    }
    return given;
  }

  private float[] fixed(JsonNode given, int count) {
    if (!given.isArray()) {
      throw wrong(" has values that are no array.");
    }
    if (given.size() != count) {
      throw wrong(" has " + given.size() + " values, the model's vectors have " + count + ".");
    }
    return numbers(given);
  }

  private float[] numbers(JsonNode given) {
    var values = new float[given.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(given.get(i), Integer.toString(i));
    }
    return values;
  }

  private float number(JsonNode value, String place) {
    if (!value.isNumber()) {
      throw wrong(" has " + value + " at value " + place + ", expected a number.");
    }
    return (float) value.doubleValue();
  }

  private float[] rows(JsonNode given, int dimension) {
    var values = new float[given.size() * dimension];
    for (int row = 0; row < given.size(); row++) {
      float[] vector = fixed(given.get(row), dimension);
      System.arraycopy(vector, 0, values, row * dimension, dimension);
    }
    return values;
  }

  private float[] sparse(JsonNode given, Output.Sparse output) {
    if (!given.isObject()) {
      throw wrong(" has no \"sparse\" with an object.");
    }
    var values = new float[output.dimension()];
    for (var entry : given.properties()) {
      values[id(entry.getKey(), values.length)] = number(entry.getValue(), entry.getKey());
    }
    return values;
  }

  private int id(String key, int dimension) {
    try {
      int id = Integer.parseInt(key);
      if (id >= 0 && id < dimension) {
        return id;
      }
    } catch (NumberFormatException _) {
      // Told below, as an id out of range is.
    }
    throw wrong(" has the id \"" + key + "\", expected one from 0 to " + (dimension - 1) + ".");
  }

  private Problem wrong(String what) {
    return References.wrong(name + what, pipeline);
  }
}
