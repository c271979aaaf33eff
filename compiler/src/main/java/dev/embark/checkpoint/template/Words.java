package dev.embark.checkpoint.template;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Reads the words of a tag.
final class Words {
  /// Longer ones first.
  private static final List<String> OPERATORS =
      List.of(
          "==", "!=", ">=", "<=", "//", "**", "+", "-", "*", "/", "%", "~", "=", ">", "<", ".", ",",
          ":", "|", "(", ")", "[", "]", "{", "}");

  private final Refusals refusals;
  private final String source;
  private final int[] newlines;
  private int end;

  Words(Refusals refusals, String source) {
    this.refusals = refusals;
    this.source = source;
    newlines = IntStream.range(0, source.length()).filter(i -> source.charAt(i) == '\n').toArray();
  }

  int skipSpaces(int from) {
    int at = from;
    while (at < source.length() && Spaces.isSpace(source.charAt(at))) {
      at++;
    }
    return at;
  }

  /// Returns the line of a place, from 1 on.
  int line(int place) {
    int found = Arrays.binarySearch(newlines, place);
    return 1 + (found < 0 ? -found - 1 : found);
  }

  /// Returns the place behind the word that was read last.
  int end() {
    return end;
  }

  /// Reads the word that begins at `from`.
  Token next(int from) {
    char first = source.charAt(from);
    if (first == '\'' || first == '"') {
      return string(from);
    }
    if (Character.isDigit(first)) {
      end = from;
      while (end < source.length() && isNamePart(source.charAt(end))) {
        end++;
      }
      return token(Token.Kind.NUMBER, from);
    }
    if (isNamePart(first)) {
      end = from;
      while (end < source.length() && isNamePart(source.charAt(end))) {
        end++;
      }
      return token(Token.Kind.NAME, from);
    }
    for (var operator : OPERATORS) {
      if (source.startsWith(operator, from)) {
        end = from + operator.length();
        return token(Token.Kind.OPERATOR, from);
      }
    }
    throw refusals.malformed(
        line(from), "the character '" + Refusals.shown("" + first) + "' is no Jinja");
  }

  private static boolean isNamePart(char character) {
    return character == '_' || Character.isLetterOrDigit(character);
  }

  private Token token(Token.Kind kind, int from) {
    return new Token(kind, source.substring(from, end), line(from));
  }

  private Token string(int from) {
    char quote = source.charAt(from);
    var text = new StringBuilder();
    int at = from + 1;
    while (at < source.length() && source.charAt(at) != quote) {
      if (source.charAt(at) == '\\' && at + 1 < source.length()) {
        at = escape(at + 1, text);
      } else {
        text.append(source.charAt(at++));
      }
    }
    if (at == source.length()) {
      throw refusals.malformed(line(from), "the string is not closed");
    }
    end = at + 1;
    return new Token(Token.Kind.STRING, text.toString(), line(from));
  }

  /// Appends what the escape with the letter at `at` stands for; returns the place behind it.
  private int escape(int at, StringBuilder text) {
    char letter = source.charAt(at);
    switch (letter) {
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case '\\', '\'', '"' -> text.append(letter);
      case '\n' -> {}
      case 'x' -> text.append(coded(at + 1, 2));
      case 'u' -> text.append(coded(at + 1, 4));
      case '0', '1', '2', '3', '4', '5', '6', '7', 'a', 'b', 'f', 'v', 'N', 'U' ->
          throw refusals.unsupported("has the escape \\" + letter + " in line " + line(at));
      default -> text.append('\\').append(letter);
    }
    return switch (letter) {
      case 'x' -> at + 3;
      case 'u' -> at + 5;
      default -> at + 1;
    };
  }

  private char coded(int at, int length) {
    int code = 0;
    for (int i = at; i < at + length; i++) {
      int digit = i < source.length() ? Character.digit(source.charAt(i), 16) : -1;
      if (digit < 0) {
        throw refusals.malformed(line(at), "an escape has too few digits");
      }
      code = code * 16 + digit;
    }
    if (Holes.isHole(code)) {
      throw refusals.unsupported("contains characters that Unicode reserves for no use");
    }
    return (char) code;
  }
}
