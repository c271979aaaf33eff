package dev.embark.report;

/// HTML in the making.
final class Html {
  private final StringBuilder text = new StringBuilder();

  /// Appends markup as it is.
  Html raw(String markup) {
    text.append(markup);
    return this;
  }

  /// Appends words between tags, everything in them shown as it is.
  Html element(String tag, String words) {
    int end = tag.indexOf(' ');
    var name = end < 0 ? tag : tag.substring(0, end);
    return raw("<" + tag + ">").raw(escaped(words)).raw("</" + name + ">\n");
  }

  static String escaped(String words) {
    var escaped = new StringBuilder(words.length());
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        // Control characters have no place in a page, and texts of proofs have some.
        default -> escaped.append(Character.isISOControl(c) ? '␣' : c);
      }
    }
    return escaped.toString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
