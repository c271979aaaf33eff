package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Statement.Branch;
import dev.embark.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/// Reads the tags of a template: `set`, `if`, `elif`, `else`, `endif`, `for`, `endfor`.
final class StatementParser {
  private static final int DEPTH_MAX = 50;

  private final Refusals refusals;
  private final List<Piece> pieces;
  private int at;
  private int depth;

  private StatementParser(Refusals refusals, List<Piece> pieces) {
    this.refusals = refusals;
    this.pieces = pieces;
  }

  static List<Statement> parse(Refusals refusals, List<Piece> pieces) {
    var parser = new StatementParser(refusals, pieces);
    var statements = parser.body();
    if (parser.at < pieces.size()) {
      var tag = parser.tag();
      throw parser.malformed(tag, "the tag " + tag.peek().shown() + " closes nothing");
    }
    return statements;
  }

  /// Reads statements up to a tag that is none, such as `endif`, or to the end.
  private List<Statement> body() {
    if (++depth > DEPTH_MAX) {
      throw refusals.unsupported("has more than " + DEPTH_MAX + " blocks in each other");
    }
    var statements = new ArrayList<Statement>();
    while (at < pieces.size() && !closes(pieces.get(at))) {
      switch (pieces.get(at)) {
        case Piece.Literal(var text) -> {
          statements.add(new Statement.Print(text));
          at++;
        }
        case Piece.Output(var words) -> {
          var tokens = new TokenReader(refusals, words);
          statements.add(new Statement.Output(expression(tokens)));
          at++;
        }
        case Piece.Tag _ -> statements.add(statement());
      }
    }
    depth--;
    return statements;
  }

  private static boolean closes(Piece piece) {
    return piece instanceof Piece.Tag(var tokens)
        && switch (tokens.getFirst().text()) {
          case "elif", "else", "endif", "endfor" -> tokens.getFirst().kind() == Token.Kind.NAME;
          default -> false;
        };
  }

  private Expression expression(TokenReader tokens) {
    var expression = new ExpressionParser(tokens).choice();
    if (tokens.peek().isOperator(",")) {
      throw tokens.unsupported("a tuple");
    }
    tokens.expectEnd();
    return expression;
  }

  /// Returns the words of the tag that comes next, without going on.
  private TokenReader tag() {
    if (pieces.get(at) instanceof Piece.Tag(var words)) {
      return new TokenReader(refusals, words);
    }
    throw new IllegalStateException("no tag comes next");
  }

  private Statement statement() {
    var tokens = tag();
    var name = tokens.name();
    at++;
    return switch (name) {
      case "set" -> assignment(tokens);
      case "if" -> condition(tokens);
      case "for" -> loop(tokens);
      default ->
          throw refusals.unsupported(
              "has the tag \"" + Refusals.shown(name) + "\" in line " + tokens.peek().line());
    };
  }

  private Statement assignment(TokenReader tokens) {
    var name = tokens.name();
    var member = tokens.skipOperator(".") ? tokens.name() : "";
    if (!tokens.skipOperator("=")) {
      throw tokens.unsupported("a set that is no single assignment");
    }
    return new Statement.Assign(name, member, expression(tokens));
  }

  private Statement condition(TokenReader opening) {
    var branches = new ArrayList<Branch>();
    var condition = expression(opening);
    while (true) {
      branches.add(new Branch(condition, body()));
      var tokens = closing(opening, "endif");
      var name = tokens.name();
      switch (name) {
        case "elif" -> condition = expression(tokens);
        case "else" -> {
          tokens.expectEnd();
          var otherwise = body();
          closing(opening, "endif").expectName("endif");
          return new Statement.If(branches, otherwise);
        }
        case "endif" -> {
          tokens.expectEnd();
          return new Statement.If(branches, List.of());
        }
        default -> throw malformed(tokens, "the tag \"" + name + "\" stands inside an if");
      }
    }
  }

  private Statement loop(TokenReader opening) {
    var variable = opening.name();
    if (!opening.skipName("in")) {
      throw opening.unsupported("a for with more than one name");
    }
    var items = new ExpressionParser(opening).or();
    if (opening.peek().isName("if") || opening.peek().isName("recursive")) {
      throw opening.unsupported("a for with " + opening.peek().shown());
    }
    opening.expectEnd();
    var body = body();
    var tokens = closing(opening, "endfor");
    if (tokens.peek().isName("else")) {
      throw tokens.unsupported("an else of a for");
    }
    tokens.expectName("endfor");
    return new Statement.For(variable, items, body);
  }

  /// Takes the tag that ends a body.
  private TokenReader closing(TokenReader opening, String expected) {
    if (at == pieces.size()) {
      throw malformed(opening, "a tag is not closed by " + expected);
    }
    var tokens = tag();
    at++;
    return tokens;
  }

  private Problem malformed(TokenReader tokens, String how) {
    return refusals.malformed(tokens.peek().line(), how);
  }
}
