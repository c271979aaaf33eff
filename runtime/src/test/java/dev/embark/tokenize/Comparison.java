package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/// Our ids against the reference library's.
final class Comparison {
  private final Tokens tokens = new Tokens();

  /// Compares the ids of generated texts.
  void texts(Tokenizer tokenizer, Oracle oracle, Texts texts, int count) {
    for (int i = 0; i < count; i++) {
      text(tokenizer, oracle, texts.next());
    }
  }

  /// Compares the ids of a text.
  void text(Tokenizer tokenizer, Oracle oracle, String text) {
    tokenizer.encode(text, Integer.MAX_VALUE, tokens);
    var expected = oracle.ids(text);
    if (!Arrays.equals(tokens.toIds(), expected)) {
      assertThat(tokens.toIds()).as(escaped(text)).containsExactly(expected);
    }
  }

  /// Returns a text in ASCII.
  static String escaped(String text) {
    var escaped = new StringBuilder();
    text.codePoints()
        .forEach(codePoint ->
            escaped.append(
                codePoint >= ' ' && codePoint < 0x7F
                    ? Character.toString(codePoint)
                    : "\\u{%X}".formatted(codePoint)));
    return escaped.toString();
  }
}
