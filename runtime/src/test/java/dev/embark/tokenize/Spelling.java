package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Tokenizers that spell: single characters are their entries, so that ids show a normalized text.
final class Spelling {
  private static final String BERT =
      """
      {"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
       "strip_accents":null,"lowercase":true}\
      """;

  private static final String BERT_WORDS = "{\"type\":\"BertPreTokenizer\"}";

  private Spelling() {}

  static String tokenizer(String normalizer) {
    return json("[]", normalizer, characters());
  }

  /// Returns a tokenizer whose ids show where words begin and end.
  static String words(String normalizer, String preTokenizer) {
    return json("[]", normalizer, characters()).replace(BERT_WORDS, preTokenizer);
  }

  /// Returns a tokenizer with added tokens of random attributes.
  static String withAddedTokens(SplittableRandom random) {
    var contents =
        List.of("[MASK]", "foo", "foofoo", "new york", "Über", "x", " ", "##ing", "東京", "é");
    var tokens = new ArrayList<String>();
    var characters = characters().subList(0, 512);
    int next = characters.size() * 2 + 1;
    for (var content : contents) {
      if (random.nextInt(3) > 0) {
        int known = characters.indexOf(content);
        tokens.add(
            """
            {"id":%d,"content":"%s","single_word":%s,"lstrip":%s,"rstrip":%s,"normalized":%s,
             "special":%s}\
            """
                .formatted(
                    known >= 0 ? 1 + 2 * known : next++,
                    content,
                    random.nextBoolean(),
                    // The library crashes where white space is swallowed twice.
                    random.nextBoolean() && !content.isBlank(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean()));
      }
    }
    return json(
        "[" + String.join(",", tokens) + "]", random.nextBoolean() ? BERT : "null", characters);
  }

  private static String json(String addedTokens, String normalizer, List<String> characters) {
    var vocabulary = new StringBuilder("\"[UNK]\":0");
    int id = 1;
    for (var character : characters) {
      var name = character.equals("\"") || character.equals("\\") ? "\\" + character : character;
      vocabulary.append(",\"").append(name).append("\":").append(id++);
      vocabulary.append(",\"##").append(name).append("\":").append(id++);
    }
    return """
    {"version":"1.0","truncation":null,"padding":null,"added_tokens":%s,"normalizer":%s,
     "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"decoder":null,
     "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
      "max_input_chars_per_word":100,"vocab":{%s}}}
    """
        .formatted(addedTokens, normalizer, vocabulary);
  }

  /// All characters that texts often hold, and every eighth of the others.
  private static List<String> characters() {
    var characters = new ArrayList<String>();
    for (int codePoint = ' '; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      boolean isOften = codePoint < 0x3400 || (codePoint >= 0xA000 && codePoint < 0xAC00);
      boolean isSometimes = codePoint < 0x30000 && codePoint % 8 == 0;
      boolean isSurrogate =
          codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
      if ((isOften || isSometimes || isMark(codePoint)) && !isSurrogate) {
        characters.add(Character.toString(codePoint));
      }
    }
    return characters;
  }

  private static boolean isMark(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }
}
