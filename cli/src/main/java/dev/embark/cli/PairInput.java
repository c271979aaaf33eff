package dev.embark.cli;

import dev.embark.embed.TextPair;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;

/// The pairs of a file, read one by one: an object `{"query": …, "text": …}` a line.
final class PairInput implements Iterator<TextPair>, AutoCloseable {
  private final Path file;
  private final TextInput lines;
  private long line;

  private PairInput(Path file, TextInput lines) {
    this.file = file;
    this.lines = lines;
  }

  static PairInput open(Path file) {
    return new PairInput(file, TextInput.openLines(file));
  }

  @Override
  public boolean hasNext() {
    return lines.hasNext();
  }

  @Override
  public TextPair next() {
    var json = lines.next();
    line++;
    var at = file + ", line " + line + ",";
    if (json.isBlank()) {
      throw wrong(at + " is empty.");
    }
    var node = Json.parseObject(json.getBytes(StandardCharsets.UTF_8), at);
    if (!node.path("query").isString() || !node.path("text").isString()) {
      throw wrong(at + " has no fields \"query\" and \"text\" with strings.");
    }
    return new TextPair(node.path("query").stringValue(), node.path("text").stringValue());
  }

  private static Problem wrong(String what) {
    return new Problem(
        Category.BAD_INPUT, what, "", "Give an object {\"query\": …, \"text\": …} a line.");
  }

  @Override
  public void close() {
    lines.close();
  }
}
