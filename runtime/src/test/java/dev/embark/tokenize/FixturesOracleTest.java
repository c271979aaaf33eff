package dev.embark.tokenize;

import dev.embark.bundle.Pipeline.Letters;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our ids against the reference library's, with small tokenizers of the pipelines of the families.
class FixturesOracleTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "tokenize");
  private static final int TEXTS = 3_000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert",
        "deberta-v2",
        "gemma3",
        "llama3",
        "mistral",
        "modernbert",
        "qwen3",
        "roberta",
        "static",
        "t5",
        "xlm-roberta"
      })
  void textsGetTheSameIds(String name) {
    var tokenizer = Tokenizer.open(FOLDER.resolve(name), Letters.AS_WRITTEN);
    try (var oracle = Oracle.open(FOLDER.resolve(name).resolve("tokenizer.json"))) {
      new Comparison().texts(tokenizer, oracle, new Texts(name.hashCode()), TEXTS);
    }
  }
}
