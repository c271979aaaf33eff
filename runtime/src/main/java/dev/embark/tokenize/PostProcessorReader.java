package dev.embark.tokenize;

import dev.embark.tokenize.PostProcessor.First;
import dev.embark.tokenize.PostProcessor.Piece;
import dev.embark.tokenize.PostProcessor.Second;
import dev.embark.tokenize.PostProcessor.Special;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads `post_processor` of `tokenizer.json`.
final class PostProcessorReader {
  private static final List<String> KNOWN =
      List.of("TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence");

  private final JsonCursor json;
  private final List<Part> single = new ArrayList<>();
  private final List<Part> pair = new ArrayList<>();
  private final Map<String, List<Integer>> specials = new HashMap<>();
  private final Map<String, Integer> ends = new HashMap<>();
  private final List<PostProcessor> processors = new ArrayList<>();
  private final List<String> unknownFields = new ArrayList<>();
  private String type = "";

  private PostProcessorReader(JsonCursor json) {
    this.json = json;
  }

  /// A part of a template, its special token not yet looked up.
  private record Part(String kind, String name, int typeId) {}

  static PostProcessor read(JsonCursor json) {
    return json.isNull() ? PostProcessor.none() : one(json);
  }

  private static PostProcessor one(JsonCursor json) {
    var reader = new PostProcessorReader(json);
    json.object(reader::field);
    return reader.postProcessor();
  }

  private void field(String name) {
    switch (name) {
      case "type" -> type = json.string();
      case "single" -> json.array(() -> single.add(part()));
      case "pair" -> json.array(() -> pair.add(part()));
      case "special_tokens" -> json.object(token -> specials.put(token, ids()));
      case "sep", "cls" -> ends.put(name, end());
      // Both have a say in offsets only.
      case "trim_offsets", "add_prefix_space", "use_regex" -> json.skip();
      case "processors" -> json.array(() -> processors.add(one(json)));
      default -> {
        json.skip();
        unknownFields.add(name);
      }
    }
  }

  private PostProcessor postProcessor() {
    if (!unknownFields.isEmpty() && isKnown()) {
      throw Unsupported.field(json.source(), "post_processor " + type, unknownFields.getFirst());
    }
    return switch (type) {
      case "TemplateProcessing" -> new PostProcessor(pieces(single), pieces(pair));
      case "BertProcessing" -> PostProcessor.bert(end("cls"), end("sep"));
      case "RobertaProcessing" -> PostProcessor.roberta(end("cls"), end("sep"));
      // Has a say in offsets only.
      case "ByteLevel" -> PostProcessor.none();
      case "Sequence" -> sequence();
      default ->
          throw Unsupported.component(
              json.source(), "post_processor", type, String.join(", ", KNOWN));
    };
  }

  private boolean isKnown() {
    return KNOWN.contains(type);
  }

  private PostProcessor sequence() {
    processors.removeIf(PostProcessor.none()::equals);
    if (processors.size() > 1) {
      throw Unsupported.component(
          json.source(), "post_processor", "Sequence of several templates", "a single one");
    }
    return processors.isEmpty() ? PostProcessor.none() : processors.getFirst();
  }

  private Part part() {
    var parts = new ArrayList<Part>();
    json.object(kind -> parts.add(part(kind)));
    if (parts.size() != 1) {
      throw json.broken("expected one SpecialToken or Sequence");
    }
    return parts.getFirst();
  }

  private Part part(String kind) {
    var names = new ArrayList<String>();
    var types = new ArrayList<Integer>();
    json.object(name -> {
      switch (name) {
        case "id" -> names.add(json.string());
        case "type_id" -> types.add(json.integer());
        default -> throw Unsupported.field(json.source(), "post_processor", name);
      }
    });
    if (names.isEmpty() || types.isEmpty()) {
      throw json.broken("expected id and type_id");
    }
    return new Part(kind, names.getFirst(), types.getFirst());
  }

  private List<Integer> ids() {
    var ids = new ArrayList<Integer>();
    json.object(name -> {
      if (name.equals("ids")) {
        json.array(() -> ids.add(json.integer()));
      } else {
        json.skip();
      }
    });
    return ids;
  }

  /// Reads `["[SEP]", 102]`.
  private int end() {
    var ids = new ArrayList<Integer>();
    json.array(() -> {
      if (json.kind() == JsonCursor.Kind.NUMBER) {
        ids.add(json.integer());
      } else {
        json.string();
      }
    });
    if (ids.size() != 1) {
      throw json.broken("expected a token and its id");
    }
    return ids.getFirst();
  }

  private int end(String name) {
    var id = ends.get(name);
    if (id == null) {
      throw json.broken(type + " without " + name);
    }
    return id;
  }

  private List<Piece> pieces(List<Part> parts) {
    var pieces = new ArrayList<Piece>();
    for (var part : parts) {
      if (part.kind().equals("SpecialToken")) {
        var ids = specials.get(part.name());
        if (ids == null || ids.isEmpty()) {
          throw json.broken("the template's \"" + part.name() + "\" is not in special_tokens");
        }
        ids.forEach(id -> pieces.add(new Special(id, part.typeId())));
      } else if (part.kind().equals("Sequence") && part.name().equals("A")) {
        pieces.add(new First(part.typeId()));
      } else if (part.kind().equals("Sequence") && part.name().equals("B")) {
        pieces.add(new Second(part.typeId()));
      } else {
        throw json.broken(
            "the template's " + part.kind() + " \"" + part.name() + "\" is not known");
      }
    }
    return pieces;
  }
}
