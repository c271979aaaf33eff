package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.List;

/// Reads `model` of `tokenizer.json` where it is a WordPiece model.
final class WordPieceReader {
  /// What the library takes where the file is silent.
  static final int WORD_CHARS_MAX = 100;

  /// Keeps the time for a word in bounds.
  private static final int WORD_CHARS_LIMIT = 10_000;

  private final JsonCursor json;
  private final Vocabulary.Builder vocabulary;
  private final List<String> unknownFields = new ArrayList<>();
  private String type = "";
  private String unknownToken = "[UNK]";
  private String prefix = "##";
  private int wordCharsMax = WORD_CHARS_MAX;

  WordPieceReader(JsonCursor json) {
    this.json = json;
    vocabulary = new Vocabulary.Builder(json.length());
  }

  void field(String name) {
    switch (name) {
      case "type" -> type = json.isNull() ? "" : json.string();
      case "unk_token" -> unknownToken = json.isNull() ? "" : json.string();
      case "continuing_subword_prefix" -> prefix = json.string();
      case "max_input_chars_per_word" -> wordCharsMax = json.integer();
      case "vocab" -> vocabulary();
      default -> {
        json.skip();
        unknownFields.add(name);
      }
    }
  }

  // A list of entries with scores belongs to another model, which its type will name.
  private void vocabulary() {
    if (json.kind() == JsonCursor.Kind.OBJECT) {
      json.entries(this::entry);
    } else {
      json.skip();
      unknownFields.add("vocab");
    }
  }

  private void entry(char[] name, int length, int id) {
    switch (vocabulary.put(name, length, id)) {
      case NEW -> {}
      case REPLACED ->
          throw json.broken("the entry \"" + new String(name, 0, length) + "\" occurs twice");
      case COLLIDING -> throw json.broken("the entries are no vocabulary: they all collide");
    }
  }

  Model.WordPiece model() {
    // Older files name no type; then the fields tell.
    if (!type.equals("WordPiece") && !(type.isEmpty() && unknownFields.isEmpty())) {
      throw Unsupported.component(
          json.source(), "model", type.isEmpty() ? "without a type" : type, "WordPiece");
    }
    if (!unknownFields.isEmpty()) {
      throw Unsupported.field(json.source(), "model " + type, unknownFields.getFirst());
    }
    return model(vocabulary.build(), unknownToken, prefix, wordCharsMax, json.source());
  }

  static Model.WordPiece model(
      Vocabulary vocabulary, String unknownToken, String prefix, int wordCharsMax, String source) {
    int unknownId = vocabulary.find(unknownToken);
    if (unknownId < 0) {
      throw new Problem(
          Category.BAD_INPUT,
          source + " names the unknown token \"" + unknownToken + "\", which has no entry.",
          "The vocabulary has " + vocabulary.size() + " entries.",
          "Fetch the file again.");
    }
    if (wordCharsMax > WORD_CHARS_LIMIT) {
      throw new Problem(
          Category.UNSUPPORTED,
          source + " has max_input_chars_per_word " + wordCharsMax + ".",
          "Embark looks up words of at most " + WORD_CHARS_LIMIT + " characters.",
          "");
    }
    return new Model.WordPiece(vocabulary, unknownId, prefix, wordCharsMax);
  }
}
