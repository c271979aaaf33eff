package dev.embark.checkpoint;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Looks up tokens by their text in `tokenizer.json`, or in `vocab.txt` where there is none: what a
/// pipeline says in ids is written in words in the model's files.
final class TokenIds {
  private final ObjectNode tokenizer;
  private final List<String> lines;
  private final String origin;

  private TokenIds(ObjectNode tokenizer, List<String> lines, String origin) {
    this.tokenizer = tokenizer;
    this.lines = lines;
    this.origin = origin;
  }

  static TokenIds in(Path root) {
    var file = ModelFolder.find(root, "tokenizer.json");
    if (file.isPresent()) {
      ModelFolder.refuseLfsPointer(file.get());
      return new TokenIds(Json.readObject(file.get()), List.of(), "tokenizer.json");
    }
    var vocabulary = ModelFolder.resolve(root, "vocab.txt");
    try {
      return new TokenIds(Json.object(), Files.readAllLines(vocabulary), "vocab.txt");
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Cannot read " + vocabulary + ".",
          String.valueOf(e.getMessage()),
          "Fetch the complete model.",
          e);
    }
  }

  /// Returns the id of a token that is written so.
  OptionalInt find(String token) {
    for (JsonNode added : tokenizer.path("added_tokens")) {
      if (added.path("content").asString("").equals(token) && added.path("id").isInt()) {
        return OptionalInt.of(added.path("id").intValue());
      }
    }
    var vocabulary = tokenizer.path("model").path("vocab");
    if (vocabulary.path(token).isInt()) {
      return OptionalInt.of(vocabulary.path(token).intValue());
    }
    // Unigram models list their entries with scores.
    for (int id = 0; vocabulary.isArray() && id < vocabulary.size(); id++) {
      if (vocabulary.path(id).path(0).asString("").equals(token)) {
        return OptionalInt.of(id);
      }
    }
    int line = lines.indexOf(token);
    return line < 0 ? OptionalInt.empty() : OptionalInt.of(line);
  }

  int get(String token) {
    return find(token)
        .orElseThrow(() ->
            new Problem(
                Category.BAD_INPUT,
                origin + " has no token \"" + token + "\".",
                "The model's other files use it.",
                "Take all files from the same revision of the model."));
  }

  /// Returns the ids of those tokens that there are.
  List<Integer> known(List<String> tokens) {
    return tokens.stream()
        .map(this::find)
        .filter(OptionalInt::isPresent)
        .map(OptionalInt::getAsInt)
        .distinct()
        .sorted()
        .toList();
  }

  /// Returns the median length of the tokens, in code points and rounded down.
  int medianLength() {
    var tokens = new TreeSet<>(lines);
    for (JsonNode added : tokenizer.path("added_tokens")) {
      tokens.add(added.path("content").asString(""));
    }
    var vocabulary = tokenizer.path("model").path("vocab");
    if (vocabulary instanceof ObjectNode entries) {
      tokens.addAll(entries.propertyNames());
    } else {
      vocabulary.forEach(entry -> tokens.add(entry.path(0).asString("")));
    }
    var lengths =
        tokens.stream()
            .mapToInt(token -> token.codePointCount(0, token.length()))
            .sorted()
            .toArray();
    int middle = lengths.length / 2;
    int median =
        lengths.length % 2 == 1
            ? lengths[middle]
            : (lengths[Math.max(0, middle - 1)] + lengths[middle]) / 2;
    return Math.max(1, median);
  }
}
