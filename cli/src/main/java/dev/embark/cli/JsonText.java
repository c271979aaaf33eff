package dev.embark.cli;

/// Parts of a JSON document (RFC 8259) written by hand: a short command ends before a JSON library
/// has started.
record JsonText(StringBuilder text) {
  /// Returns a string as JSON, on one line.
  static String quoted(String value) {
    var line = new StringBuilder();
    new JsonText(line).string(value);
    return line.toString();
  }

  /// Appends a string.
  void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> { // every other character of the language
          if (c < 0x20 || Character.isSurrogate(c) || c == 0x7f) {
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  /// Appends an array of numbers.
  void array(float[] values) {
    var separator = "[";
    for (float value : values) {
      text.append(separator).append(value);
      separator = ",";
    }
    text.append(values.length == 0 ? "[]" : "]");
  }

  /// Appends an array of numbers.
  void array(int[] values) {
    var separator = "[";
    for (int value : values) {
      text.append(separator).append(value);
      separator = ",";
    }
    text.append(values.length == 0 ? "[]" : "]");
  }
}
