package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The files of a tokenizer in the folder of a checkpoint or bundle.
final class TokenizerFolder {
  private static final long BYTES_MAX = 128L << 20;

  private static final List<String> SENTENCE_PIECE =
      List.of("sentencepiece.bpe.model", "spiece.model", "spm.model", "tokenizer.model");

  private static final String POINTER = "version https://git-lfs.github.com/spec/";

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
      refuseAddedTokens(folder, "vocab.txt", config);
      return VocabularyText.read(bytes(vocabulary), vocabulary.toString(), config);
    }
    var entries = folder.resolve("vocab.json");
    var merges = folder.resolve("merges.txt");
    if (Files.exists(entries) && Files.exists(merges)) {
      refuseAddedTokens(folder, "vocab.json", config);
      return VocabularyJson.read(
          new JsonCursor(bytes(entries), entries.toString()),
          VocabularyText.decode(bytes(merges), merges.toString()),
          config);
    }
    for (var name : SENTENCE_PIECE) {
      var file = folder.resolve(name);
      if (Files.exists(file)) {
        return SentencePieceReader.read(bytes(file), file, config);
      }
    }
    throw new Problem(
        Category.BAD_INPUT,
        folder + " has no tokenizer: no tokenizer.json is there, nor an older form of it.",
        "Older forms: vocab.txt, vocab.json with merges.txt, "
            + String.join(", ", SENTENCE_PIECE)
            + ".",
        "Put the tokenizer's files beside config.json, as on the hub.");
  }

  private static void refuseAddedTokens(Path folder, String form, TokenizerConfig config) {
    if (Files.exists(folder.resolve("added_tokens.json")) && config.added().isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          folder + " has " + form + " and added_tokens.json, but no tokenizer.json.",
          "added_tokens.json does not say how its tokens are looked for.",
          "Save the tokenizer with a newer transformers, which writes tokenizer.json.");
    }
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
      var bytes = Files.readAllBytes(file);
      checkIsThere(file, bytes);
      return bytes;
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e.getMessage()), "", e);
    }
  }

  private static void checkIsThere(Path file, byte[] bytes) {
    int length = Math.min(bytes.length, POINTER.length());
    if (new String(bytes, 0, length, StandardCharsets.ISO_8859_1).equals(POINTER)) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is a Git LFS pointer, not the file itself.",
          "The repository was cloned without Git LFS.",
          "Fetch the file again with Git LFS, or give the model's name.");
    }
  }
}
