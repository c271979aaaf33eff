package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.TokenizerConfig.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final List<PreTokenizer> preTokenizer = new ArrayList<>();
  private final List<Model.WordPiece> model = new ArrayList<>();
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
      throw missing("model");
    }
    if (preTokenizer.isEmpty()) {
      throw Unsupported.component(json.source(), "pre_tokenizer", "null", "BertPreTokenizer");
    }
    var vocabulary = model.getFirst().vocabulary();
    AddedTokenReader.check(addedTokens, vocabulary, json.source());
    return new TokenizerFile(
        addedTokens,
        normalizer,
        preTokenizer.getFirst(),
        model.getFirst(),
        postProcessor,
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
      case "normalizer" -> normalizer = normalizer(BertSettings.Place.TOP);
      case "pre_tokenizer" -> {
        if (!json.isNull()) {
          preTokenizer.add(preTokenizer());
        }
      }
      case "post_processor" -> postProcessor = PostProcessorReader.read(json);
      case "decoder" -> json.skip();
      case "model" -> model.add(model());
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

  private Normalizer normalizer(BertSettings.Place place) {
    if (json.isNull()) {
      return new Normalizer.Sequence(List.of());
    }
    var reader = new NormalizerReader(place);
    json.object(reader::field);
    return reader.normalizer();
  }

  private final class NormalizerReader {
    private final Map<String, Setting> settings = new HashMap<>();
    private final List<Normalizer> steps = new ArrayList<>();
    private final BertSettings.Place place;
    private String type = "";

    NormalizerReader(BertSettings.Place place) {
      this.place = place;
    }

    void field(String name) {
      switch (name) {
        case "type" -> type = json.string();
        case "clean_text", "handle_chinese_chars", "strip_accents", "lowercase" ->
            settings.put(
                name, json.isNull() ? Setting.NULL : json.bool() ? Setting.TRUE : Setting.FALSE);
        case "normalizers" ->
            json.array(() -> steps.add(TokenizerJson.this.normalizer(BertSettings.Place.NESTED)));
        default -> {
          json.skip();
          settings.put(name, Setting.ABSENT);
        }
      }
    }

    Normalizer normalizer() {
      var normalizer =
          switch (type) {
            case "BertNormalizer" -> bert();
            case "Lowercase" -> new Normalizer.Lowercase();
            case "Sequence" -> new Normalizer.Sequence(steps);
            default ->
                throw Unsupported.component(
                    json.source(), "normalizer", type, "BertNormalizer, Lowercase, Sequence");
          };
      if (!settings.isEmpty()) {
        throw Unsupported.field(
            json.source(), "normalizer " + type, settings.keySet().iterator().next());
      }
      return normalizer;
    }

    private Normalizer bert() {
      var written =
          new BertSettings(
              taken("clean_text"),
              taken("handle_chinese_chars"),
              taken("strip_accents"),
              taken("lowercase"));
      return switch (place) {
        case TOP -> written.overridden(config, json.source()).normalizer();
        case NESTED -> written.normalizer();
      };
    }

    private Setting taken(String name) {
      var setting = settings.remove(name);
      if (setting == null || (setting == Setting.NULL && !name.equals("strip_accents"))) {
        throw missing(name);
      }
      return setting;
    }
  }

  private PreTokenizer preTokenizer() {
    var type = new StringBuilder();
    var fields = new ArrayList<String>();
    json.object(name -> {
      if (name.equals("type")) {
        type.append(json.string());
      } else {
        json.skip();
        fields.add(name);
      }
    });
    if (!type.toString().equals("BertPreTokenizer")) {
      throw Unsupported.component(
          json.source(), "pre_tokenizer", type.toString(), "BertPreTokenizer");
    }
    if (!fields.isEmpty()) {
      throw Unsupported.field(json.source(), "pre_tokenizer " + type, fields.getFirst());
    }
    return new PreTokenizer.Bert();
  }

  private Model.WordPiece model() {
    var reader = new WordPieceReader(json);
    json.object(reader::field);
    return reader.model();
  }

  private Problem missing(String field) {
    return new Problem(
        Category.BAD_INPUT,
        json.source() + " has no \"" + field + "\".",
        "",
        "Fetch the file again.");
  }
}
