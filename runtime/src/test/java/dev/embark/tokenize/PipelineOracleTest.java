package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every normalizer and pre-tokenizer against the reference library's, on generated texts. The
/// entries of the vocabulary are single characters, so that ids show the characters and the words.
class PipelineOracleTest {
  private static final int TEXTS = 1_000;
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\\\p{L}+| ?\\\\p{N}+| ?[^\\\\s\\\\p{L}\\\\p{N}]+|\\\\s+(?!\\\\S)|\\\\s+";
  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
  private static final String O200K =
      "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*"
          + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
          + "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+"
          + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\\\p{N}{1,3}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n/]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
  private static final String CL100K =
      "'(?i:[sdmt]|ll|ve|re)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?+\\\\p{L}++|\\\\p{N}{1,3}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{N}]++[\\\\r\\\\n]*+|\\\\s++(?!\\\\S)|\\\\s*[\\\\r\\\\n]|\\\\s";
  private static final String DEEPSEEK =
      "[!\\\"#$%&'()*+,\\\\-./:;<=>?@\\\\[\\\\\\\\\\\\]^_`{|}~][A-Za-z]+|[^\\\\r\\\\n\\\\p{L}\\\\p{P}\\\\p{S}]?"
          + "[\\\\p{L}\\\\p{M}]+| ?[\\\\p{P}\\\\p{S}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";

  private static final String BEGINNING =
      "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\"}";
  private static final String SPLIT = "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"";
  private static final String ISOLATED = "\"},\"behavior\":\"Isolated\",\"invert\":false}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"Whitespace\"}",
        "{\"type\":\"WhitespaceSplit\"}",
        "{\"type\":\"Digits\",\"individual_digits\":true}",
        "{\"type\":\"Digits\",\"individual_digits\":false}",
        "{\"type\":\"Punctuation\"}",
        "{\"type\":\"Punctuation\",\"behavior\":\"Removed\"}",
        "{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}",
        "{\"type\":\"Punctuation\",\"behavior\":\"MergedWithNext\"}",
        "{\"type\":\"Punctuation\",\"behavior\":\"MergedWithPrevious\"}",
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Whitespace\"},"
            + "{\"type\":\"Digits\",\"individual_digits\":true}]}",
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},"
            + "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"add_prefix_space\":true}]}",
        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"add_prefix_space\":false,"
            + "\"prepend_scheme\":\"never\"}",
        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"always\",\"split\":true}",
        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\",\"split\":true}",
        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"never\",\"split\":false}",
        "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"MergedWithPrevious\","
            + "\"invert\":false}",
        "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"MergedWithNext\","
            + "\"invert\":true}",
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\w+|[^\\\\w\\\\s]+\"},"
            + "\"behavior\":\"Removed\",\"invert\":true}",
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\W\"},\"behavior\":\"Contiguous\","
            + "\"invert\":true}",
        SPLIT + GPT2 + ISOLATED,
        SPLIT + LLAMA3 + ISOLATED,
        SPLIT + O200K + ISOLATED,
        SPLIT + CL100K + ISOLATED,
        "{\"type\":\"Sequence\",\"pretokenizers\":["
            + SPLIT
            + "\\\\p{N}{1,3}"
            + ISOLATED
            + ","
            + SPLIT
            + "[一-龥぀-ゟ゠-ヿ]+"
            + ISOLATED
            + ","
            + SPLIT
            + DEEPSEEK
            + ISOLATED
            + "]}",
        "null"
      })
  void wordsAreTheSame(String preTokenizer, @TempDir Path folder) throws IOException {
    compare(Spelling.words("null", preTokenizer), preTokenizer.hashCode(), folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"NFC\"}",
        "{\"type\":\"NFD\"}",
        "{\"type\":\"NFKC\"}",
        "{\"type\":\"NFKD\"}",
        "{\"type\":\"Nmt\"}",
        "{\"type\":\"StripAccents\"}",
        "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":false}",
        "{\"type\":\"Strip\",\"strip_left\":false,\"strip_right\":true}",
        "{\"type\":\"Prepend\",\"prepend\":\"_x\"}",
        "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"bc\"}",
        "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\" \"}",
        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKD\"},{\"type\":\"StripAccents\"},"
            + "{\"type\":\"Lowercase\"},{\"type\":\"Strip\",\"strip_left\":true,"
            + "\"strip_right\":true},{\"type\":\"Prepend\",\"prepend\":\" \"},"
            + "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"_\"}]}"
      })
  void charactersAreTheSame(String normalizer, @TempDir Path folder) throws IOException {
    compare(Spelling.words(normalizer, "null"), normalizer.hashCode(), folder);
    compare(
        Spelling.words(normalizer, "{\"type\":\"WhitespaceSplit\"}"),
        normalizer.hashCode(),
        folder);
    if (!normalizer.contains("Sequence")) {
      compare(Spelling.words(normalizer, BEGINNING), normalizer.hashCode(), folder);
    }
  }

  @Test
  void beginningThatIsUnclearIsRefused(@TempDir Path folder) throws IOException {
    var bert =
        "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,"
            + "\"strip_accents\":true,\"lowercase\":true}";
    Files.writeString(folder.resolve("tokenizer.json"), Spelling.words(bert, BEGINNING));
    assertThatThrownBy(() -> Tokenizer.open(folder, Letters.AS_WRITTEN))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("prepend_scheme \"first behind Bert\"");
  }

  private static void compare(String json, int seed, Path folder) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
    try (var oracle = Oracle.of(json)) {
      new Comparison().texts(tokenizer, oracle, new Texts(seed), TEXTS);
    }
  }
}
