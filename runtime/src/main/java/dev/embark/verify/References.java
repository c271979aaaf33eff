package dev.embark.verify;

import dev.embark.embed.Prompt;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Files of texts with their vectors: an object a line, `{"text": …, "embedding": […]}`.
///
/// `"prompt"` may name the model's prompt that was put before the text; `""` says that there was
/// none. Without the key the text was embedded as sentence-transformers' `encode` does it, with the
/// model's default prompt. Other keys are passed over.
public final class References {
  private static final long BYTES_MAX = 1L << 30;
  private static final int LINES_MAX = 100_000;

  private References() {}

  /// Reads a file; throws a `Problem` of category `BAD_INPUT` that names the line that is wrong.
  ///
  /// @param dimension length that every vector must have
  public static List<Reference> read(Path file, int dimension) {
    var references = new ArrayList<Reference>();
    try {
      long size = Files.size(file);
      if (size > BYTES_MAX) {
        throw wrong(file + " has " + size + " bytes; at most " + BYTES_MAX + " are read.");
      }
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          number++;
          if (number > LINES_MAX) {
            throw wrong(file + " has more than " + LINES_MAX + " lines.");
          }
          if (!line.isBlank()) {
            references.add(parse(line, file + " line " + number, dimension));
          }
        }
      }
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Cannot read " + file + ".",
          String.valueOf(e),
          "Give a UTF-8 file with an object {\"text\": …, \"embedding\": […]} a line.",
          e);
    }
    if (references.isEmpty()) {
      throw wrong(file + " has no lines.");
    }
    return references;
  }

  private static Reference parse(String line, String name, int dimension) {
    ObjectNode node = Json.parseObject(line.getBytes(StandardCharsets.UTF_8), name);
    JsonNode text = node.path("text");
    JsonNode values = node.path("embedding");
    if (!text.isString() || !values.isArray()) {
      throw wrong(name + " has no \"text\" with a string and \"embedding\" with an array.");
    }
    if (values.size() != dimension) {
      throw wrong(
          name + " has " + values.size() + " values, the model's vectors have " + dimension + ".");
    }
    var embedding = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      if (!values.get(i).isNumber()) {
        throw wrong(name + " has " + values.get(i) + " at value " + i + ", expected a number.");
      }
      embedding[i] = (float) values.get(i).doubleValue();
    }
    return new Reference(text.stringValue(), prompt(node, name), embedding);
  }

  private static Prompt prompt(ObjectNode node, String name) {
    if (!node.has("prompt")) {
      return new Prompt.Default();
    }
    JsonNode prompt = node.path("prompt");
    if (!prompt.isString()) {
      throw wrong(name + " has a \"prompt\" that is not a string.");
    }
    return prompt.stringValue().isEmpty()
        ? new Prompt.None()
        : new Prompt.Named(prompt.stringValue());
  }

  private static Problem wrong(String what) {
    return new Problem(
        Category.BAD_INPUT,
        what,
        "",
        "Give a UTF-8 file with an object {\"text\": …, \"embedding\": […]} a line.");
  }

  /// Returns the bytes of a file that [#read] reads back to the same values.
  public static byte[] toJsonLines(List<Reference> references) {
    var lines = new StringBuilder();
    for (var reference : references) {
      ObjectNode node = Json.object();
      node.put("text", reference.text());
      switch (reference.prompt()) {
        case Prompt.Default() -> {}
        case Prompt.None() -> node.put("prompt", "");
        case Prompt.Named(var name) -> node.put("prompt", name);
        case Prompt.Literal(var text) -> node.put("prompt_text", text);
      }
      var values = node.putArray("embedding");
      for (float value : reference.embedding()) {
        values.add(value);
      }
      lines.append(Json.line(node)).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }
}
