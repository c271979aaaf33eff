package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What matters of `tokenizer_config.json`, the file transformers writes beside a tokenizer.
///
/// @param tokenizerClass `tokenizer_class` without its ending `Fast`, or empty
/// @param settings fields that are true, false or null
/// @param extraIds `extra_ids` of T5, or no element
/// @param side `truncation_side`, or no element
/// @param special special tokens by role (`cls_token`, …), as far as they are given
/// @param added `added_tokens_decoder`
/// @param unread fields that would change the words of a text, and that are not known
record TokenizerConfig(
    String tokenizerClass,
    Map<String, Setting> settings,
    List<Integer> extraIds,
    List<Side> side,
    Map<String, String> special,
    List<AddedToken> added,
    List<String> unread) {
  TokenizerConfig {
    settings = Map.copyOf(settings);
    extraIds = List.copyOf(extraIds);
    side = List.copyOf(side);
    special = Map.copyOf(special);
    added = List.copyOf(added);
    unread = List.copyOf(unread);
  }

  /// A field that is true, false, null, or not there.
  enum Setting {
    ABSENT,
    NULL,
    FALSE,
    TRUE;

    /// Returns this setting, or another where this one says neither true nor false.
    Setting or(Setting other) {
      return this == TRUE || this == FALSE ? this : other;
    }
  }

  /// Returns a field by its name.
  Setting setting(String name) {
    return settings.getOrDefault(name, Setting.ABSENT);
  }

  Setting lowercase() {
    return setting("do_lower_case");
  }

  Setting stripAccents() {
    return setting("strip_accents");
  }

  Setting chineseChars() {
    return setting("tokenize_chinese_chars");
  }

  /// No `tokenizer_config.json`.
  static TokenizerConfig absent() {
    return new Reader().config();
  }

  static TokenizerConfig read(JsonCursor json) {
    var reader = new Reader();
    json.object(name -> reader.field(json, name));
    json.end();
    return reader.config();
  }

  private static final class Reader {
    private final Map<String, Setting> settings = new HashMap<>();
    private final Map<String, String> special = new HashMap<>();
    private final List<AddedToken> added = new ArrayList<>();
    private final List<String> unread = new ArrayList<>();
    private final List<Integer> extraIds = new ArrayList<>();
    private final List<Side> side = new ArrayList<>();
    private String tokenizerClass = "";

    TokenizerConfig config() {
      return new TokenizerConfig(
          tokenizerClass.endsWith("Fast")
              ? tokenizerClass.substring(0, tokenizerClass.length() - "Fast".length())
              : tokenizerClass,
          settings,
          extraIds,
          side,
          special,
          added,
          unread);
    }

    void field(JsonCursor json, String name) {
      switch (name) {
        case "tokenizer_class" -> tokenizerClass = json.isNull() ? "" : json.string();
        case "do_lower_case",
            "strip_accents",
            "tokenize_chinese_chars",
            "add_bos_token",
            "add_eos_token",
            "add_prefix_space",
            "keep_accents",
            "legacy",
            "split_by_punct" ->
            settings.put(name, setting(json));
        case "extra_ids" -> extraIds.add(json.integer());
        case "do_basic_tokenize" -> {
          if (setting(json) == Setting.FALSE) {
            unread.add(name);
          }
        }
        case "never_split" -> {
          if (!json.isNull()) {
            json.array(() -> {
              json.skip();
              unread.add(name);
            });
          }
        }
        case "truncation_side" -> {
          if (!json.isNull()) {
            side.add(side(json));
          }
        }
        case "bos_token",
            "eos_token",
            "unk_token",
            "cls_token",
            "sep_token",
            "pad_token",
            "mask_token" -> {
          if (!json.isNull()) {
            special.put(name, content(json));
          }
        }
        case "added_tokens_decoder" -> json.object(id -> added.add(added(json, id)));
        default -> json.skip();
      }
    }

    private static Setting setting(JsonCursor json) {
      if (json.isNull()) {
        return Setting.NULL;
      }
      return json.bool() ? Setting.TRUE : Setting.FALSE;
    }

    private static Side side(JsonCursor json) {
      var side = json.string();
      return switch (side) {
        case "left" -> Side.LEFT;
        case "right" -> Side.RIGHT;
        default -> throw json.broken("truncation_side is \"" + side + "\", expected left or right");
      };
    }

    private static String content(JsonCursor json) {
      if (json.kind() == JsonCursor.Kind.STRING) {
        return json.string();
      }
      var content = new StringBuilder();
      json.object(name -> {
        if (name.equals("content")) {
          content.append(json.string());
        } else {
          json.skip();
        }
      });
      return content.toString();
    }

    private static AddedToken added(JsonCursor json, String id) {
      var token = new AddedTokenReader();
      json.object(name -> token.field(json, name));
      try {
        return token.token(Integer.parseUnsignedInt(id));
      } catch (NumberFormatException e) {
        throw json.broken("added_tokens_decoder names the id \"" + id + "\"");
      }
    }
  }
}
