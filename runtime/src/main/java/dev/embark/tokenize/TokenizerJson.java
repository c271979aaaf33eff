package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Reads `tokenizer.json`, the format of the library `tokenizers`.
///
/// `truncation` and `padding` are not followed (the limit comes from the pipeline, padding from the
/// batch); only the side that is cut and the id that pads are taken from them, as transformers does
/// where `tokenizer_config.json` is silent. `decoder` has no say in ids.
final class TokenizerJson {
  private final JsonCursor json;
  private final TokenizerConfig config;
  private final List<AddedToken> addedTokens = new ArrayList<>();
  private Normalizer normalizer = new Normalizer.Sequence(List.of());
  private PreTokenizer preTokenizer = new PreTokenizer.Sequence(List.of());
  private final List<Model> model = new ArrayList<>();
  private PostProcessor postProcessor = PostProcessor.none();
  private Side side = Side.RIGHT;
  private int padId = -1;

  private TokenizerJson(JsonCursor json, TokenizerConfig config) {
    this.json = json;
    this.config = config;
  }

  static TokenizerFile read(JsonCursor json, TokenizerConfig config) {
    var reader = new TokenizerJson(json, config);
    json.object(reader::field);
    json.end();
    return reader.file();
  }

  private TokenizerFile file() {
    if (model.isEmpty()) {
      throw Fields.missing(json.source(), "model");
    }
    AddedTokenReader.check(addedTokens, model.getFirst(), json.source());
    return new TokenizerFile(
        addedTokens,
        normalizer,
        preTokenizer,
        model.getFirst(),
        Ends.apply(postProcessor, config, this::idOf, json.source()),
        padId(),
        config.side().isEmpty() ? side : config.side().getFirst());
  }

  private long padId() {
    var token = config.special().get("pad_token");
    int id = token == null ? padId : idOf(token);
    for (var usual : List.of("[PAD]", "<pad>")) {
      id = id >= 0 ? id : idOf(usual);
    }
    return Math.max(id, 0);
  }

  private int idOf(String token) {
    for (var added : addedTokens) {
      if (added.content().equals(token)) {
        return added.id();
      }
    }
    return model.getFirst().vocabulary().find(token);
  }

  private void field(String name) {
    switch (name) {
      case "version" -> version();
      case "truncation" -> optional(this::truncationField);
      case "padding" -> optional(this::paddingField);
      case "added_tokens" -> json.array(this::addedToken);
      case "normalizer" -> {
        if (!json.isNull()) {
          var reader = new NormalizerReader(config);
          normalizer = reader.read(Fields.read(json), BertSettings.Place.TOP);
        }
      }
      case "pre_tokenizer" -> {
        if (!json.isNull()) {
          preTokenizer = PreTokenizerReader.read(Fields.read(json));
        }
      }
      case "post_processor" -> postProcessor = PostProcessorReader.read(json);
      case "decoder" -> json.skip();
      case "model" -> model.add(new ModelReader(json).read());
      default -> throw Unsupported.field(json.source(), "the file", name);
    }
  }

  private void version() {
    var version = json.string();
    if (!version.equals("1.0")) {
      throw Unsupported.component(json.source(), "version", version, "1.0");
    }
  }

  private void optional(Consumer<String> field) {
    if (!json.isNull()) {
      json.object(field);
    }
  }

  private void truncationField(String name) {
    if (name.equals("direction")) {
      side = json.string().equals("Left") ? Side.LEFT : Side.RIGHT;
    } else {
      json.skip();
    }
  }

  private void paddingField(String name) {
    if (name.equals("pad_id")) {
      padId = json.integer();
    } else {
      json.skip();
    }
  }

  private void addedToken() {
    var token = new AddedTokenReader();
    json.object(name -> token.field(json, name));
    addedTokens.add(token.token(json));
  }
}
