package dev.embark.checkpoint.template;

import dev.embark.problem.Problem;
import java.util.List;

/// The words of one tag, read from first to last.
final class TokenReader {
  private final Refusals refusals;
  private final List<Token> tokens;
  private int at;

  TokenReader(Refusals refusals, List<Token> tokens) {
    this.refusals = refusals;
    this.tokens = tokens;
  }

  /// Returns the next word without taking it; the last word is the end, again and again.
  Token peek() {
    return tokens.get(Math.min(at, tokens.size() - 1));
  }

  /// Returns the word after the next one without taking it.
  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token take() {
    var token = peek();
    at++;
    return token;
  }

  /// Takes the next word if it is that operator.
  boolean skipOperator(String operator) {
    boolean is = peek().isOperator(operator);
    if (is) {
      at++;
    }
    return is;
  }

  /// Takes the next word if it is that name.
  boolean skipName(String name) {
    boolean is = peek().isName(name);
    if (is) {
      at++;
    }
    return is;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("\"" + operator + "\"");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("\"" + name + "\"");
    }
  }

  /// Takes a name and returns it.
  String name() {
    if (peek().kind() != Token.Kind.NAME) {
      throw unexpected("a name");
    }
    return take().text();
  }

  void expectEnd() {
    if (peek().kind() != Token.Kind.END) {
      throw unexpected("the end of the tag");
    }
  }

  /// The problem that the next word is not what it must be.
  Problem unexpected(String expected) {
    return refusals.malformed(peek().line(), "found " + peek().shown() + ", expected " + expected);
  }

  Problem unsupported(String what) {
    return refusals.unsupported("has " + what + " in line " + peek().line());
  }
}
