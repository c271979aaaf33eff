package dev.embark.tokenize;

import dev.embark.tokenize.JsonCursor.Kind;
import dev.embark.tokenize.Model.BpeTrait;
import dev.embark.tokenize.UnigramModel.ByteFallback;
import dev.embark.tokenize.Vocabulary.Builder.Outcome;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads `model` of `tokenizer.json`. Its type may stand anywhere, or be missing in older files;
/// then the fields tell.
final class ModelReader {
  private static final String KNOWN = "WordPiece, BPE, Unigram";

  /// Stands for a `vocab` that is a list.
  private static final String PIECES = "vocab as a list";

  private final JsonCursor json;
  private final Map<String, List<String>> texts = new HashMap<>();
  private final EnumSet<BpeTrait> traits = EnumSet.noneOf(BpeTrait.class);
  private final List<String> present = new ArrayList<>();
  private final Vocabulary.Builder entries;
  private final List<Vocabulary> vocabulary = new ArrayList<>();
  private final List<JsonCursor> laterMerges = new ArrayList<>();
  private final BpeReader bpe = new BpeReader();
  private final UnigramModel.Builder pieces;
  private int piecesCount;
  private int pieceLength;
  private int unknownId = -1;
  private int wordCharsMax = WordPieceReader.WORD_CHARS_MAX;

  ModelReader(JsonCursor json) {
    this.json = json;
    entries = new Vocabulary.Builder(json.length());
    pieces = new UnigramModel.Builder(json.source());
  }

  Model read() {
    json.object(this::field);
    return model();
  }

  private void field(String name) {
    present.add(name);
    switch (name) {
      case "type", "unk_token", "continuing_subword_prefix", "end_of_word_suffix" ->
          texts.put(name, json.isNull() ? List.of() : List.of(json.string()));
      case "fuse_unk" -> trait(BpeTrait.FUSES_UNKNOWN);
      case "byte_fallback" -> trait(BpeTrait.FALLS_BACK_TO_BYTES);
      case "ignore_merges" -> trait(BpeTrait.TAKES_WHOLE_WORDS);
      case "max_input_chars_per_word" -> wordCharsMax = json.integer();
      case "unk_id" -> unknownId = json.isNull() ? -1 : json.integer();
      case "dropout" -> {
        // Leaves out merges at random, which makes no sense where a text is to be found again.
        if (json.isNull()) {
          present.remove(name);
        } else {
          json.skip();
        }
      }
      case "vocab" -> vocabulary();
      case "merges" -> {
        if (vocabulary.isEmpty()) {
          laterMerges.add(json.copy());
          json.skip();
        } else {
          bpe.read(json, vocabulary.getFirst());
        }
      }
      default -> json.skip();
    }
  }

  private void trait(BpeTrait trait) {
    if (!json.isNull() && json.bool()) {
      traits.add(trait);
    }
  }

  /// Reads entries with ids, or Unigram's list of pieces with scores.
  private void vocabulary() {
    if (json.kind() == Kind.OBJECT) {
      json.entries(this::entry);
    } else {
      json.array(this::piece);
      present.add(PIECES);
    }
    vocabulary.add(entries.build());
  }

  private void piece() {
    var fields = new int[1];
    json.array(() -> {
      switch (fields[0]++) {
        case 0 -> pieceLength = json.text();
        case 1 -> pieces.add(json.characters(), pieceLength, json.number());
        default -> throw json.broken("expected a piece and its score");
      }
    });
    if (fields[0] != 2) {
      throw json.broken("expected a piece and its score");
    }
    // Of equal pieces the last one counts.
    if (entries.put(json.characters(), pieceLength, piecesCount++) == Outcome.COLLIDING) {
      throw json.broken("the pieces are no vocabulary: they all collide");
    }
  }

  private void entry(char[] name, int length, int id) {
    switch (entries.put(name, length, id)) {
      case NEW -> {}
      case REPLACED ->
          throw json.broken("the entry \"" + new String(name, 0, length) + "\" occurs twice");
      case COLLIDING -> throw json.broken("the entries are no vocabulary: they all collide");
    }
  }

  private Model model() {
    var type = text("type");
    if (type.isEmpty() && !vocabulary.isEmpty()) {
      boolean isList = present.contains(PIECES);
      type = present.contains("merges") ? "BPE" : isList ? "Unigram" : "WordPiece";
    }
    return switch (type) {
      case "WordPiece" -> wordPiece();
      case "BPE" -> bpe();
      case "Unigram" -> unigram();
      default ->
          throw Unsupported.component(
              json.source(), "model", type.isEmpty() ? "without a type" : type, KNOWN);
    };
  }

  private Model wordPiece() {
    refuseOthers(
        "WordPiece", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
    return WordPieceReader.model(
        entries(),
        text("unk_token", "[UNK]"),
        text("continuing_subword_prefix", "##"),
        wordCharsMax,
        json.source());
  }

  private Model bpe() {
    refuseOthers(
        "BPE",
        "unk_token",
        "continuing_subword_prefix",
        "end_of_word_suffix",
        "fuse_unk",
        "byte_fallback",
        "ignore_merges",
        "vocab",
        "merges");
    for (var name : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!text(name).isEmpty()) {
        throw Unsupported.component(json.source(), name, text(name), "none");
      }
    }
    if (!present.contains("merges")) {
      throw Fields.missing(json.source(), "merges");
    }
    for (var merges : laterMerges) {
      bpe.read(merges, entries());
    }
    return bpe.model(entries(), text("unk_token"), traits, json.source());
  }

  private Model unigram() {
    refuseOthers("Unigram", "unk_id", "byte_fallback", "vocab", PIECES);
    var fallback =
        traits.contains(BpeTrait.FALLS_BACK_TO_BYTES) ? ByteFallback.BYTES : ByteFallback.NONE;
    return new Model.Unigram(entries(), pieces.build(unknownId, fallback));
  }

  private Vocabulary entries() {
    if (vocabulary.isEmpty()) {
      throw Fields.missing(json.source(), "vocab");
    }
    return vocabulary.getFirst();
  }

  private void refuseOthers(String type, String... known) {
    for (var name : present) {
      if (!name.equals("type") && !List.of(known).contains(name)) {
        throw Unsupported.field(json.source(), "model " + text("type", type), name);
      }
    }
  }

  private String text(String name) {
    return text(name, "");
  }

  /// Returns a text, empty where it is null, or another where it is not there.
  private String text(String name, String otherwise) {
    var text = texts.get(name);
    return text == null ? otherwise : text.isEmpty() ? "" : text.getFirst();
  }
}
