package dev.embark.checkpoint.template;

import dev.embark.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Cuts a template into pieces, white space as with `trim_blocks` and `lstrip_blocks`.
///
/// | mark | effect |
/// |---|---|
/// | a minus sign inside an opening | all white space before it is dropped |
/// | a minus sign inside a closing | all white space after it is dropped |
/// | an opening of a block or comment without it | spaces before it are dropped, where nothing else stands before it on its line |
/// | a closing of a block or comment without it | one newline after it is dropped |
/// | a plus sign instead of the minus | nothing is dropped |
final class Lexer {
  private static final int LENGTH_MAX = 200_000;
  private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");

  private final Refusals refusals;
  private final String source;
  private final Words words;
  private final List<Piece> pieces = new ArrayList<>();
  private int at;

  /// Whether the text that comes next starts a line: there, spaces before a block go.
  private boolean startsLine = true;

  private Lexer(Refusals refusals, String source) {
    this.refusals = refusals;
    this.source = source;
    words = new Words(refusals, source);
  }

  /// Cuts a template; a newline at its end is no part of it.
  static List<Piece> cut(Refusals refusals, String template) {
    if (template.length() > LENGTH_MAX) {
      throw refusals.endless("has " + template.length() + " characters, at most " + LENGTH_MAX);
    }
    if (Holes.areIn(template)) {
      throw refusals.unsupported("contains characters that Unicode reserves for no use");
    }
    var source = NEWLINE.matcher(template).replaceAll("\n");
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    return new Lexer(refusals, source).cut();
  }

  private List<Piece> cut() {
    while (at < source.length()) {
      int opening = opening();
      literal(opening);
      if (opening == source.length()) {
        break;
      }
      char kind = source.charAt(opening + 1);
      at = opening + 2;
      if (isSign(at)) {
        at++;
      }
      switch (kind) {
        case '#' -> comment(opening);
        case '{' -> pieces.add(new Piece.Output(tag(opening, "}}")));
        default -> pieces.add(new Piece.Tag(tag(opening, "%}")));
      }
    }
    return pieces;
  }

  /// Returns where the next tag begins, or the end.
  private int opening() {
    for (int i = at; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private boolean isSign(int place) {
    return place < source.length() && "+-".indexOf(source.charAt(place)) >= 0;
  }

  private void literal(int opening) {
    var text = source.substring(at, opening);
    if (opening < source.length()) {
      boolean strips = source.startsWith("-", opening + 2);
      boolean keeps = source.startsWith("+", opening + 2);
      if (strips) {
        text = Spaces.stripEnd(text);
      } else if (!keeps && source.charAt(opening + 1) != '{') {
        text = withoutIndent(text);
      }
    }
    if (!text.isEmpty()) {
      pieces.add(new Piece.Literal(text));
    }
  }

  private String withoutIndent(String text) {
    int line = text.lastIndexOf('\n') + 1;
    boolean startsHere = line > 0 || startsLine;
    return startsHere && Spaces.stripEnd(text.substring(line)).isEmpty()
        ? text.substring(0, line)
        : text;
  }

  private void comment(int opening) {
    int closing = source.indexOf("#}", at);
    if (closing < 0) {
      throw malformed(opening, "the comment is not closed");
    }
    // In "{#-#}" the one sign belongs to the opening.
    int sign = closing > at && isSign(closing - 1) ? closing - 1 : closing;
    at = closing;
    close(sign, "#}");
  }

  /// Goes on behind a closing that begins at `sign`, where that is one, or at `at`.
  private void close(int sign, String closing) {
    boolean strips = sign < at && source.charAt(sign) == '-';
    boolean keeps = sign < at && source.charAt(sign) == '+';
    at += closing.length();
    int from = at;
    if (strips) {
      while (at < source.length() && Spaces.isSpace(source.charAt(at))) {
        at++;
      }
    } else if (!keeps && !closing.equals("}}") && source.startsWith("\n", at)) {
      at++;
    }
    startsLine = at > from && source.charAt(at - 1) == '\n';
  }

  private List<Token> tag(int opening, String closing) {
    var tokens = new ArrayList<Token>();
    int depth = 0;
    while (true) {
      at = words.skipSpaces(at);
      if (at >= source.length()) {
        throw malformed(opening, "the tag is not closed");
      }
      boolean sign = closesWithSign(closing);
      if (depth == 0 && (sign || source.startsWith(closing, at))) {
        int begin = at;
        at += sign ? 1 : 0;
        close(begin, closing);
        tokens.add(new Token(Token.Kind.END, "", words.line(at)));
        return tokens;
      }
      var token = words.next(at);
      depth = Math.max(0, depth + depthOf(token));
      tokens.add(token);
      at = words.end();
    }
  }

  private boolean closesWithSign(String closing) {
    var signs = closing.equals("}}") ? "-" : "-+";
    return signs.indexOf(source.charAt(at)) >= 0 && source.startsWith(closing, at + 1);
  }

  /// Inside brackets a closing is none.
  private static int depthOf(Token token) {
    if (token.kind() != Token.Kind.OPERATOR) {
      return 0;
    }
    return switch (token.text()) {
      case "(", "[", "{" -> 1;
      case ")", "]", "}" -> -1;
      default -> 0;
    };
  }

  private Problem malformed(int place, String how) {
    return refusals.malformed(words.line(place), how);
  }
}
