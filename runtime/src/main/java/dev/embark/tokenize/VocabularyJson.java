package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.AddedToken.Bounds;
import dev.embark.tokenize.AddedToken.Matching;
import dev.embark.tokenize.AddedToken.Role;
import dev.embark.tokenize.AddedToken.Strip;
import dev.embark.tokenize.PreTokenizer.Cutting;
import dev.embark.tokenize.PreTokenizer.Delimiter;
import dev.embark.tokenize.PreTokenizer.Meaning;
import dev.embark.tokenize.PreTokenizer.Prefix;
import dev.embark.tokenize.TokenizerConfig.Setting;
import dev.embark.tokenize.Vocabulary.Builder.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads `vocab.json` and `merges.txt`, what byte-level BPE checkpoints had before
/// `tokenizer.json`. Everything else is as transformers' classes build it from
/// `tokenizer_config.json`.
final class VocabularyJson {
  private static final String WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private final JsonCursor json;
  private final TokenizerConfig config;
  private final Vocabulary vocabulary;

  private VocabularyJson(JsonCursor json, TokenizerConfig config) {
    this.json = json;
    this.config = config;
    var entries = new Vocabulary.Builder(json.length());
    json.entries((name, length, id) -> {
      if (entries.put(name, length, id) != Outcome.NEW) {
        throw json.broken("the entry \"" + new String(name, 0, length) + "\" occurs twice");
      }
    });
    json.end();
    vocabulary = entries.build();
  }

  /// Classes of transformers that read these files.
  private enum Family {
    ROBERTA("RobertaTokenizer"),
    GPT2("GPT2Tokenizer"),
    QWEN2("Qwen2Tokenizer");

    private final String tokenizerClass;

    Family(String tokenizerClass) {
      this.tokenizerClass = tokenizerClass;
    }
  }

  /// @param merges the text of `merges.txt`
  static TokenizerFile read(JsonCursor json, String merges, TokenizerConfig config) {
    var family = family(json, config);
    var reader = new VocabularyJson(json, config);
    return reader.file(family, merges);
  }

  private static Family family(JsonCursor json, TokenizerConfig config) {
    var names = new ArrayList<String>();
    for (var family : Family.values()) {
      if (family.tokenizerClass.equals(config.tokenizerClass())) {
        return family;
      }
      names.add(family.tokenizerClass);
    }
    throw Unsupported.component(
        json.source(), "tokenizer_class", config.tokenizerClass(), String.join(", ", names));
  }

  private TokenizerFile file(Family family, String merges) {
    var reader = new BpeReader();
    merges
        .lines()
        .filter(line -> !line.startsWith("#version") && !line.isEmpty())
        .forEach(line -> reader.line(line, vocabulary, json.source()));
    var model = reader.model(vocabulary, "", Set.of(), json.source());
    var added = addedTokens(family, model);
    return new TokenizerFile(
        added,
        new Normalizer.Sequence(
            family == Family.QWEN2 ? List.of(new Normalizer.Unicode(NormalForm.NFC)) : List.of()),
        preTokenizer(family),
        model,
        Ends.apply(
            postProcessor(family, added), config, token -> idOf(token, added), json.source()),
        Math.max(0, idOf(token(family, "pad_token"), added)),
        config.side().isEmpty() ? Side.RIGHT : config.side().getFirst());
  }

  private PreTokenizer preTokenizer(Family family) {
    var prefix = config.setting("add_prefix_space") == Setting.TRUE ? Prefix.ALWAYS : Prefix.NEVER;
    return switch (family) {
      case ROBERTA, GPT2 -> new PreTokenizer.ByteLevel(prefix, Cutting.WORDS);
      case QWEN2 ->
          new PreTokenizer.Sequence(
              List.of(
                  new PreTokenizer.Split(
                      Regex.compile(WORDS, json.source()), Delimiter.ISOLATED, Meaning.MATCHES),
                  new PreTokenizer.ByteLevel(prefix, Cutting.NOTHING)));
    };
  }

  private PostProcessor postProcessor(Family family, List<AddedToken> added) {
    return switch (family) {
      case ROBERTA ->
          PostProcessor.roberta(
              required(token(family, "cls_token"), added),
              required(token(family, "sep_token"), added));
      case GPT2, QWEN2 -> PostProcessor.none();
    };
  }

  private int required(String token, List<AddedToken> added) {
    int id = idOf(token, added);
    if (id < 0) {
      throw new Problem(
          Category.BAD_INPUT,
          json.source() + " has no entry \"" + token + "\".",
          "The tokenizer puts it around texts.",
          "Take vocab.json and tokenizer_config.json from one revision.");
    }
    return id;
  }

  private int idOf(String token, List<AddedToken> added) {
    for (var known : added) {
      if (known.content().equals(token)) {
        return known.id();
      }
    }
    return vocabulary.find(token);
  }

  private String token(Family family, String role) {
    var usual =
        switch (family) {
          case ROBERTA ->
              switch (role) {
                case "bos_token", "cls_token" -> "<s>";
                case "eos_token", "sep_token" -> "</s>";
                case "unk_token" -> "<unk>";
                case "pad_token" -> "<pad>";
                default -> "<mask>";
              };
          case GPT2 ->
              switch (role) {
                case "bos_token", "eos_token", "unk_token" -> "<|endoftext|>";
                default -> "";
              };
          case QWEN2 ->
              switch (role) {
                case "eos_token", "unk_token", "pad_token" -> "<|endoftext|>";
                default -> "";
              };
        };
    return config.special().getOrDefault(role, usual);
  }

  /// Returns what the configuration lists, or else the tokens with a role, those without an entry
  /// numbered from the size of the vocabulary on.
  private List<AddedToken> addedTokens(Family family, Model model) {
    if (!config.added().isEmpty()) {
      AddedTokenReader.check(config.added(), model, json.source());
      return config.added();
    }
    Map<String, AddedToken> tokens = new LinkedHashMap<>();
    int next = vocabulary.size();
    for (var role :
        List.of(
            "bos_token",
            "eos_token",
            "unk_token",
            "sep_token",
            "pad_token",
            "cls_token",
            "mask_token")) {
      var token = token(family, role);
      if (!token.isEmpty() && !tokens.containsKey(token)) {
        int known = vocabulary.find(token);
        tokens.put(
            token,
            new AddedToken(
                known >= 0 ? known : next++,
                token,
                Bounds.ANYWHERE,
                role.equals("mask_token") ? Strip.SWALLOWED : Strip.KEPT,
                Strip.KEPT,
                Matching.AS_WRITTEN,
                Role.SPECIAL));
      }
    }
    return List.copyOf(tokens.values());
  }
}
