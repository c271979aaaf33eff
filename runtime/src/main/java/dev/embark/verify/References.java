package dev.embark.verify;

import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.embed.Input;
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
import tools.jackson.databind.node.ObjectNode;

/// Files of inputs with what a witness says of them: an object a line.
///
/// A line has a `"text"`, or a `"query"` and a `"document"`, and one or more of these:
///
/// | key | value |
/// |---|---|
/// | `embedding` | the vector of the text |
/// | `sparse` | the weights of entries of the vocabulary that are not 0, by id |
/// | `token_weights` | a number for each token, special tokens included |
/// | `token_embeddings` | a vector for each token, special tokens and what fills up a query included |
/// | `logits` | the scores of the pair before their activation |
///
/// `"prompt"` may name the model's prompt that was put before the text, and `"prompt_text"` any
/// other; `"prompt": ""` says that there was none. Without the keys the text was read as
/// sentence-transformers' `encode` reads it, or `encode_query` and `encode_document` where `"role"`
/// says `"query"` or `"document"`. `"instruction"` goes with a pair. Other keys are passed over.
public final class References {
  private static final long BYTES_MAX = 1L << 30;
  private static final int LINES_MAX = 100_000;

  private References() {}

  /// Reads a file; throws a `Problem` of category `BAD_INPUT` that names the line that is wrong.
  ///
  /// @param pipeline of the model, whose outputs the values must fit
  public static List<Reference> read(Path file, Pipeline pipeline) {
    var references = new ArrayList<Reference>();
    try {
      long size = Files.size(file);
      if (size > BYTES_MAX) {
        throw wrong(
            file + " has " + size + " bytes; at most " + BYTES_MAX + " are read.", pipeline);
      }
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          number++;
          if (number > LINES_MAX) {
            throw wrong(file + " has more than " + LINES_MAX + " lines.", pipeline);
          }
          if (!line.isBlank()) {
            String name = file + " line " + number;
            ObjectNode node = Json.parseObject(line.getBytes(StandardCharsets.UTF_8), name);
            references.addAll(new ReferenceLine(node, name, pipeline).references());
          }
        }
      }
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e), remedy(pipeline), e);
    }
    if (references.isEmpty()) {
      throw wrong(file + " has no lines.", pipeline);
    }
    return references;
  }

  static Problem wrong(String what, Pipeline pipeline) {
    return new Problem(Category.BAD_INPUT, what, "", remedy(pipeline));
  }

  private static String remedy(Pipeline pipeline) {
    var output = pipeline.outputs().getFirst();
    String input = output instanceof Output.Score ? "\"query\": …, \"document\": …" : "\"text\": …";
    return "Give a UTF-8 file with an object {"
        + input
        + ", \""
        + ReferenceLine.key(output)
        + "\": "
        + (output instanceof Output.Sparse ? "{…}" : "[…]")
        + "} a line.";
  }

  /// Returns the bytes of a file that [#read] reads back to the same values.
  public static byte[] toJsonLines(List<Reference> references) {
    var lines = new StringBuilder();
    for (var reference : references) {
      ObjectNode node = Json.object();
      switch (reference.input()) {
        case Input.Text(var text, var prompt, var role) -> {
          node.put("text", text);
          putPrompt(node, prompt);
          ReferenceLine.roleWord(role).ifPresent(word -> node.put("role", word));
        }
        case Input.Pair(var texts, var prompt, var instruction) -> {
          node.put("query", texts.query()).put("document", texts.document());
          putPrompt(node, prompt);
          if (!instruction.isEmpty()) {
            node.put("instruction", instruction);
          }
        }
      }
      putValues(node, reference);
      lines.append(Json.line(node)).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void putPrompt(ObjectNode node, Prompt prompt) {
    switch (prompt) {
      case Prompt.Default() -> {}
      case Prompt.None() -> node.put("prompt", "");
      case Prompt.Named(var name) -> node.put("prompt", name);
      case Prompt.Literal(var text) -> node.put("prompt_text", text);
    }
  }

  private static void putValues(ObjectNode node, Reference reference) {
    float[] values = reference.values();
    String key = ReferenceLine.key(reference.output());
    switch (reference.output()) {
      case Output.Embedding _, Output.Lexical _, Output.Score _ -> {
        var array = node.putArray(key);
        for (float value : values) {
          array.add(value);
        }
      }
      case Output.Sparse _ -> {
        var weights = node.putObject(key);
        for (int id = 0; id < values.length; id++) {
          if (values[id] != 0) {
            weights.put(Integer.toString(id), values[id]);
          }
        }
      }
      case Output.MultiVector vectors -> {
        var rows = node.putArray(key);
        for (int from = 0; from < values.length; from += vectors.dimension()) {
          var row = rows.addArray();
          for (int i = from; i < from + vectors.dimension(); i++) {
            row.add(values[i]);
          }
        }
      }
    }
  }
}
