package dev.embark.cli;

import dev.embark.embed.Embedding;

/// A vector as one line of JSON, written by hand: a short command ends before a JSON library has
/// started.
final class EmbeddingLine {
  private EmbeddingLine() {}

  /// Returns `{"index", "text", "tokens", "truncated", "embedding"}`; `text` is left out where it
  /// is empty because the texts stand in a file.
  static String of(long index, String text, Embedding embedding) {
    var line = new StringBuilder(64 + embedding.vector().length * 12);
    line.append("{\"index\":").append(index);
    if (!text.isEmpty()) {
      line.append(",\"text\":");
      quote(text, line);
    }
    line.append(",\"tokens\":").append(embedding.tokens());
    line.append(",\"truncated\":").append(embedding.isTruncated());
    line.append(",\"embedding\":[");
    var separator = "";
    for (float value : embedding.vector()) {
      line.append(separator).append(value);
      separator = ",";
    }
    return line.append("]}").toString();
  }

  /// Appends a JSON string (RFC 8259, section 7).
  private static void quote(String text, StringBuilder line) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> { // every other character of the language
          if (c < 0x20 || Character.isSurrogate(c) || c == 0x7f) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }
}
