package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The files of a tokenizer in the folder of a checkpoint or bundle.
final class TokenizerFolder {
  private static final long BYTES_MAX = 64L << 20;

  private TokenizerFolder() {}

  static TokenizerFile read(Path folder) {
    var configFile = folder.resolve("tokenizer_config.json");
    var config =
        Files.exists(configFile)
            ? TokenizerConfig.read(new JsonCursor(bytes(configFile), configFile.toString()))
            : TokenizerConfig.absent();
    var tokenizerJson = folder.resolve("tokenizer.json");
    if (Files.exists(tokenizerJson)) {
      var json = new JsonCursor(bytes(tokenizerJson), tokenizerJson.toString());
      return TokenizerJson.read(json, config);
    }
    var vocabulary = folder.resolve("vocab.txt");
    if (Files.exists(vocabulary)) {
      return VocabularyText.read(bytes(vocabulary), vocabulary.toString(), config);
    }
    throw new Problem(
        Category.BAD_INPUT,
        folder + " has no tokenizer: neither tokenizer.json nor vocab.txt is there.",
        "",
        "Put the tokenizer's files beside config.json, as on the hub.");
  }

  private static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > BYTES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " has " + size + " bytes; a tokenizer file may have at most " + BYTES_MAX + ".",
            "",
            "Check that the right file has this name.");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e.getMessage()), "", e);
    }
  }
}
