package dev.embark.cli;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/// The texts of a file, read one by one: `.jsonl` with an object `{"text": …}` a line, anything
/// else with a text a line. The file must be UTF-8.
final class TextInput implements Iterator<String>, AutoCloseable {
  /// How texts stand in a file.
  private enum Form {
    LINES,
    JSON_LINES
  }

  private final Path file;
  private final Form form;
  private final BufferedReader reader;
  private long line;
  private boolean ended;
  private String next = "";

  private TextInput(Path file, Form form, BufferedReader reader) {
    this.file = file;
    this.form = form;
    this.reader = reader;
    advance();
  }

  static TextInput open(Path file) {
    var form = file.toString().endsWith(".jsonl") ? Form.JSON_LINES : Form.LINES;
    try {
      return new TextInput(file, form, Files.newBufferedReader(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  @Override
  public boolean hasNext() {
    return !ended;
  }

  @Override
  public String next() {
    if (ended) {
      throw new NoSuchElementException();
    }
    var text =
        switch (form) {
          case LINES -> next;
          case JSON_LINES -> field(next);
        };
    advance();
    return text;
  }

  private void advance() {
    try {
      var read = reader.readLine();
      line++;
      ended = read == null;
      next = read == null ? "" : read;
    } catch (CharacterCodingException e) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is not UTF-8 after line " + (line + 1) + ".",
          "",
          "Convert the file to UTF-8.",
          e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private String field(String json) {
    var name = file + ", line " + line;
    var text = Json.parseObject(json.getBytes(StandardCharsets.UTF_8), name).path("text");
    if (!text.isString()) {
      throw new Problem(
          Category.BAD_INPUT,
          name + " has no field \"text\" with a string.",
          "",
          "Give an object {\"text\": …} a line.");
    }
    return text.stringValue();
  }

  private static Problem unreadable(Path file, IOException e) {
    return new Problem(
        Category.BAD_INPUT, "Cannot read " + file + ".", e.toString(), "Check the path.", e);
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
