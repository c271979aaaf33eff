package dev.embark.convert;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Texts that show what values occur inside a model, so that few bits can be spent on those.
///
/// @param name what manifests call it, with the digest of its texts
public record Corpus(String name, List<String> texts) {
  private static final String SHIPPED = "calibration.txt";

  /// More texts take time and change nothing.
  private static final int TEXTS_MAX = 1_000;

  /// Fewer show too little of a model.
  private static final int TEXTS_MIN = 16;

  public Corpus {
    texts = List.copyOf(texts);
  }

  /// Returns the texts that come with Embark: sentences, questions, passages and code, half of them
  /// in English.
  public static Corpus shipped() {
    try (var resource = Corpus.class.getResourceAsStream(SHIPPED)) {
      if (resource == null) {
        throw new IllegalStateException(SHIPPED + " is not on the class path");
      }
      var text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      return of("the calibration texts of Embark", text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads a file of one text a line; throws a `Problem` where it has too few or is no UTF-8.
  public static Corpus read(Path file) {
    try {
      var corpus = of(String.valueOf(file.getFileName()), Files.readString(file));
      if (corpus.texts().size() < TEXTS_MIN) {
        throw new Problem(
            Category.BAD_INPUT,
            file
                + " has "
                + corpus.texts().size()
                + " texts, at least "
                + TEXTS_MIN
                + " are needed.",
            "Calibration measures what values occur inside the model.",
            "Give texts like those that are to be embedded, one a line.");
      }
      return corpus;
    } catch (CharacterCodingException e) {
      throw new Problem(
          Category.BAD_INPUT, file + " is not UTF-8.", "", "Save it as UTF-8, a text a line.", e);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Cannot read " + file + ".",
          String.valueOf(e.getMessage()),
          "Give a text file, a text a line.",
          e);
    }
  }

  private static Corpus of(String name, String text) {
    var texts = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    var used = texts.subList(0, Math.min(TEXTS_MAX, texts.size()));
    return new Corpus(
        name + ", " + used.size() + " texts, sha256 " + digest(String.join("\n", used)), used);
  }

  private static String digest(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
