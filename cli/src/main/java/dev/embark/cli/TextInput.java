package dev.embark.cli;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/// The texts of a file, read one by one: `.jsonl` with an object `{"text": …}` a line, anything
/// else with a text a line. The file must be UTF-8; a byte order mark at its start is no text.
///
/// Lines end with a line feed, with or without a carriage return before it.
final class TextInput implements Iterator<String>, AutoCloseable {
  private static final int LINE_BYTES_MAX = 64 << 20;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /// How texts stand in a file.
  private enum Form {
    LINES,
    JSON_LINES
  }

  private final Path file;
  private final Form form;
  private final InputStream in;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long line;
  private boolean ended;
  private String next = "";

  private TextInput(Path file, Form form, InputStream in) {
    this.file = file;
    this.form = form;
    this.in = in;
    advance();
    if (!next.isEmpty() && next.charAt(0) == BYTE_ORDER_MARK) {
      next = next.substring(1);
    }
  }

  static TextInput open(Path file) {
    return open(file, file.toString().endsWith(".jsonl") ? Form.JSON_LINES : Form.LINES);
  }

  /// Opens a file whose lines are given as they stand there.
  static TextInput openLines(Path file) {
    return open(file, Form.LINES);
  }

  private static TextInput open(Path file, Form form) {
    if (Files.isDirectory(file)) {
      throw unreadable(file, "It is a folder.", new IOException("is a directory"));
    }
    try {
      return new TextInput(file, form, new BufferedInputStream(Files.newInputStream(file)));
    } catch (NoSuchFileException e) {
      throw unreadable(file, "There is no such file.", e);
    } catch (IOException e) {
      throw unreadable(file, e + ".", e);
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
    line++;
    try {
      ended = !readLine();
      next =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString();
    } catch (CharacterCodingException e) {
      throw new Problem(
          Category.BAD_INPUT, at() + " is not UTF-8.", "", "Convert the file to UTF-8.", e);
    } catch (IOException e) {
      throw unreadable(file, e + ".", e);
    }
  }

  /// Reads the bytes of a line without its end; returns false where the file has ended.
  private boolean readLine() throws IOException {
    bytes.reset();
    int next = in.read();
    if (next < 0) {
      return false;
    }
    boolean returned = false;
    for (; next >= 0 && next != '\n'; next = in.read()) {
      if (returned) {
        bytes.write('\r');
      }
      returned = next == '\r';
      if (!returned) {
        bytes.write(next);
      }
      if (bytes.size() > LINE_BYTES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            at() + " is longer than " + LINE_BYTES_MAX + " bytes.",
            "A text a line is expected.",
            "Check that this is the right file.");
      }
    }
    return true;
  }

  private String at() {
    return file + ", line " + line + ",";
  }

  private String field(String json) {
    if (json.isBlank()) {
      throw noText("is empty.");
    }
    var text = Json.parseObject(json.getBytes(StandardCharsets.UTF_8), at()).path("text");
    if (!text.isString()) {
      throw noText("has no field \"text\" with a string.");
    }
    return text.stringValue();
  }

  private Problem noText(String what) {
    return new Problem(
        Category.BAD_INPUT, at() + " " + what, "", "Give an object {\"text\": …} a line.");
  }

  private static Problem unreadable(Path file, String why, IOException e) {
    return new Problem(Category.BAD_INPUT, "Cannot read " + file + ".", why, "Check the path.", e);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
