package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.AddedToken.Bounds;
import dev.embark.tokenize.AddedToken.Matching;
import dev.embark.tokenize.AddedToken.Role;
import dev.embark.tokenize.AddedToken.Strip;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Reads `vocab.txt`, an entry a line, its number the id: what BERT checkpoints had before
/// `tokenizer.json`. Everything else is as transformers' BertTokenizer builds it from
/// `tokenizer_config.json`.
final class VocabularyText {
  private static final Set<String> CLASSES =
      Set.of("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer");

  private static final Map<String, String> USUAL =
      Map.of(
          "unk_token", "[UNK]",
          "cls_token", "[CLS]",
          "sep_token", "[SEP]",
          "pad_token", "[PAD]",
          "mask_token", "[MASK]");

  private VocabularyText() {}

  static TokenizerFile read(byte[] bytes, String source, TokenizerConfig config) {
    checkClass(source, config);
    var vocabulary = vocabulary(decode(bytes, source), source);
    var model =
        WordPieceReader.model(
            vocabulary, token(config, "unk_token"), "##", WordPieceReader.WORD_CHARS_MAX, source);
    int cls = id(vocabulary, token(config, "cls_token"), source);
    int sep = id(vocabulary, token(config, "sep_token"), source);
    int pad = id(vocabulary, token(config, "pad_token"), source);
    return new TokenizerFile(
        addedTokens(model, config, source),
        BertSettings.usual().overridden(config, source).normalizer(),
        new PreTokenizer.Bert(),
        model,
        PostProcessor.bert(cls, sep),
        pad,
        config.side().isEmpty() ? Side.RIGHT : config.side().getFirst());
  }

  private static String token(TokenizerConfig config, String role) {
    return config.special().getOrDefault(role, USUAL.getOrDefault(role, ""));
  }

  private static void checkClass(String source, TokenizerConfig config) {
    var name = config.tokenizerClass();
    if (!name.isEmpty() && !CLASSES.contains(name)) {
      throw Unsupported.component(
          source, "tokenizer_class", name, String.join(", ", new TreeSet<>(CLASSES)));
    }
    if (!config.unread().isEmpty()) {
      throw Unsupported.field(source, "tokenizer_config.json", config.unread().getFirst());
    }
  }

  static String decode(byte[] bytes, String source) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Problem(
          Category.BAD_INPUT, source + " is not UTF-8.", "", "Fetch the file again.", e);
    }
  }

  // An entry that occurs twice has its last line's number, as in transformers.
  private static Vocabulary vocabulary(String text, String source) {
    var builder = new Vocabulary.Builder(text.length());
    var lines = text.lines().iterator();
    for (int id = 0; lines.hasNext(); id++) {
      var line = lines.next();
      if (builder.put(line.toCharArray(), line.length(), id)
          == Vocabulary.Builder.Outcome.COLLIDING) {
        throw colliding(source);
      }
    }
    return builder.build();
  }

  static Problem colliding(String source) {
    return new Problem(
        Category.BAD_INPUT,
        source + " is no vocabulary: its entries all collide.",
        "",
        "Fetch the file again.");
  }

  private static int id(Vocabulary vocabulary, String token, String source) {
    int id = vocabulary.find(token);
    if (id < 0) {
      throw new Problem(
          Category.BAD_INPUT,
          source + " has no entry \"" + token + "\".",
          "The tokenizer puts it around or in place of texts.",
          "Take vocab.txt and tokenizer_config.json from one revision.");
    }
    return id;
  }

  private static List<AddedToken> addedTokens(Model model, TokenizerConfig config, String source) {
    if (!config.added().isEmpty()) {
      AddedTokenReader.check(config.added(), model, source);
      return config.added();
    }
    var tokens = new ArrayList<AddedToken>();
    USUAL.forEach((role, _) -> {
      var token = token(config, role);
      int id = model.vocabulary().find(token);
      if (id >= 0) {
        tokens.add(
            new AddedToken(
                id,
                token,
                Bounds.ANYWHERE,
                Strip.KEPT,
                Strip.KEPT,
                Matching.AS_WRITTEN,
                Role.SPECIAL));
      }
    });
    return tokens;
  }
}
