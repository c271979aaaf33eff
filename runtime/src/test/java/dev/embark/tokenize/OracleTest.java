package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pipeline.Letters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our ids against the reference library's, on generated texts.
class OracleTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize");

  private final Comparison comparison = new Comparison();
  private final Tokens tokens = new Tokens();

  @ParameterizedTest
  @ValueSource(strings = {"bert-uncased", "bert-cased"})
  void hundredThousandTextsGetTheSameIds(String name) {
    var tokenizer = Tokenizer.open(FOLDER.resolve(name), Letters.AS_WRITTEN);
    try (var oracle = Oracle.open(FOLDER.resolve(name).resolve("tokenizer.json"))) {
      comparison.texts(tokenizer, oracle, new Texts(name.hashCode()), 100_000);
    }
  }

  @Test
  void mpnetTextsGetTheSameIds() {
    var tokenizer = Tokenizer.open(FOLDER.resolve("mpnet"), Letters.AS_WRITTEN);
    try (var oracle = Oracle.open(FOLDER.resolve("mpnet").resolve("tokenizer.json"))) {
      comparison.texts(tokenizer, oracle, new Texts(3), 5_000);
    }
  }

  /// A vocabulary of single characters shows the normalized text itself, not only words it knows.
  @ParameterizedTest
  @ValueSource(
      strings = {
        BERT + "true,\"handle_chinese_chars\":true,\"strip_accents\":null,\"lowercase\":true}",
        BERT + "true,\"handle_chinese_chars\":true,\"strip_accents\":null,\"lowercase\":false}",
        BERT + "true,\"handle_chinese_chars\":false,\"strip_accents\":true,\"lowercase\":false}",
        BERT + "true,\"handle_chinese_chars\":true,\"strip_accents\":false,\"lowercase\":true}",
        BERT + "false,\"handle_chinese_chars\":true,\"strip_accents\":true,\"lowercase\":true}",
        BERT + "false,\"handle_chinese_chars\":false,\"strip_accents\":false,\"lowercase\":false}",
        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Lowercase\"},"
            + BERT
            + "true,\"handle_chinese_chars\":true,\"strip_accents\":false,\"lowercase\":false}]}",
        "{\"type\":\"Lowercase\"}",
        "null"
      })
  void everyNormalizerLeavesTheSameCharacters(String normalizer, @TempDir Path folder)
      throws IOException {
    var json = Spelling.tokenizer(normalizer);
    Files.writeString(folder.resolve("tokenizer.json"), json);
    var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
    try (var oracle = Oracle.of(json)) {
      comparison.texts(tokenizer, oracle, new Texts(normalizer.hashCode()), 5_000);
    }
  }

  private static final String BERT = "{\"type\":\"BertNormalizer\",\"clean_text\":";

  @Test
  void lowercasedLettersAreALowercaseNormalizerInFront(@TempDir Path folder) throws IOException {
    var bert =
        BERT + "true,\"handle_chinese_chars\":true,\"strip_accents\":false,\"lowercase\":false}";
    Files.writeString(folder.resolve("tokenizer.json"), Spelling.tokenizer(bert));
    var tokenizer = Tokenizer.open(folder, Letters.LOWERCASED);
    var sequence =
        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Lowercase\"}," + bert + "]}";
    try (var oracle = Oracle.of(Spelling.tokenizer(sequence))) {
      comparison.texts(tokenizer, oracle, new Texts(11), 5_000);
    }
  }

  @Test
  void addedTokensAreFoundInTheSamePlaces(@TempDir Path folder) throws IOException {
    var random = new SplittableRandom(5);
    for (int i = 0; i < 40; i++) {
      var json = Spelling.withAddedTokens(random);
      Files.writeString(folder.resolve("tokenizer.json"), json);
      var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
      try (var oracle = Oracle.of(json)) {
        comparison.texts(tokenizer, oracle, new Texts(i), 300);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Right", "Left"})
  void pairsAreCutAlike(String direction, @TempDir Path folder) throws IOException {
    var texts = new Texts(17);
    var file = Files.readString(FOLDER.resolve("bert-uncased").resolve("tokenizer.json"));
    for (int max = 3; max < 40; max++) {
      var json =
          file.replace(
              "\"truncation\":null",
              "\"truncation\":{\"direction\":\"%s\",\"max_length\":%d,\"strategy\":\"LongestFirst\",\"stride\":0}"
                  .formatted(direction, max));
      assertThat(json).isNotEqualTo(file);
      Files.writeString(folder.resolve("tokenizer.json"), json);
      var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
      try (var oracle = Oracle.of(json)) {
        for (int i = 0; i < 60; i++) {
          comparePair(tokenizer, oracle, max, texts.next(), texts.next());
        }
        comparePair(tokenizer, oracle, max, "", texts.next());
        comparePair(tokenizer, oracle, max, texts.next(), "");
        comparePair(tokenizer, oracle, max, "", "");
      }
    }
  }

  private void comparePair(
      Tokenizer tokenizer, Oracle oracle, int max, String first, String second) {
    tokenizer.encodePair(first, second, max, tokens);
    var expected = oracle.encodePair(first, second);
    assertThat(tokens.toIds())
        .as("cut to %d: %s | %s", max, Comparison.escaped(first), Comparison.escaped(second))
        .containsExactly(expected.ids().toArray(Integer[]::new));
    assertThat(tokens.toTypeIds()).containsExactly(expected.typeIds().toArray(Integer[]::new));
    tokenizer.encode(first, max, tokens);
    assertThat(tokens.toIds())
        .as("cut to %d: %s", max, Comparison.escaped(first))
        .containsExactly(oracle.ids(first));
  }
}
