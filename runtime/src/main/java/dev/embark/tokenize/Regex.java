package dev.embark.tokenize;

import dev.embark.tokenize.RegexPart.Giving;
import dev.embark.tokenize.RegexPart.Wanted;
import java.util.List;

/// A regular expression of a tokenizer, matched as the reference library's engine (Oniguruma with
/// Ruby's syntax) matches it: alternatives in their order, repetitions as long as possible.
///
/// Only single characters are repeated, so that the depth of recursion is bounded by the length of
/// the expression, and time by the runs that it looks through.
final class Regex implements Finder {
  private static final int FAILED = -1;
  private static final int ASCII = 128;

  private final Node start;

  /// Characters of ASCII that a match may begin with, and at the end whether others may.
  private final boolean[] begins = new boolean[ASCII + 1];

  private Regex(Node start) {
    this.start = start;
    for (int c = 0; c <= ASCII; c++) {
      begins[c] = start.mayBeginWith(c);
    }
  }

  /// Compiles a regular expression.
  ///
  /// Throws a problem where it has a part that is not known, or matches an empty text.
  ///
  /// @param source the file it stands in
  static Regex compile(String pattern, String source) {
    var part = RegexParser.parse(pattern, source);
    if (!part.isSomething()) {
      throw Unsupported.regex(source, pattern, "a match of nothing");
    }
    return new Regex(node(part, new Accept()));
  }

  /// Compiles a text that stands for itself.
  static Regex literal(String text, String source) {
    if (text.isEmpty()) {
      throw Unsupported.regex(source, text, "a match of nothing");
    }
    var parts = text.codePoints().mapToObj(Regex::one).toList();
    return new Regex(node(new RegexPart.Sequence(parts), new Accept()));
  }

  private static RegexPart one(int codePoint) {
    var set = new CharacterSet.Builder();
    set.range(codePoint, codePoint);
    return new RegexPart.One(set.build(CharacterSet.Polarity.LISTED));
  }

  @Override
  public long find(char[] text, int from, int to) {
    for (int at = from; at < to; at++) {
      char first = text[at];
      if (!begins[Math.min(first, ASCII)] || (at > from && Character.isLowSurrogate(first))) {
        continue;
      }
      int end = start.match(text, at, to);
      if (end > at) {
        return ((long) at << 32) | end;
      }
    }
    return NONE;
  }

  private static Node node(RegexPart part, Node next) {
    return switch (part) {
      case RegexPart.One(var set) -> new Single(set, next);
      case RegexPart.Sequence(var parts) -> {
        var node = next;
        for (var last : parts.reversed()) {
          node = node(last, node);
        }
        yield node;
      }
      case RegexPart.Choice(var parts) ->
          new Choice(parts.stream().map(each -> node(each, next)).toList());
      case RegexPart.Ahead(var ahead, var wanted) ->
          new Ahead(node(ahead, new Accept()), wanted, next);
      case RegexPart.Repeated(RegexPart.One(var set), var min, var max, var giving) ->
          new Repeat(set, new Bounds(min, max), giving, next);
      case RegexPart.Repeated(var optional, _, _, _) ->
          new Choice(List.of(node(optional, next), next));
    };
  }

  /// What matches from a place on, including everything that follows.
  private sealed interface Node {
    /// Returns where a match of `text[at, to)` from its beginning ends, or [#FAILED].
    int match(char[] text, int at, int to);

    /// Returns whether a match may begin with a character of ASCII, or one beyond where `c` is 128.
    boolean mayBeginWith(int c);
  }

  private record Bounds(int min, int max) {}

  private record Accept() implements Node {
    @Override
    public int match(char[] text, int at, int to) {
      return at;
    }

    @Override
    public boolean mayBeginWith(int c) {
      return true;
    }
  }

  private static boolean mayHave(CharacterSet set, int c) {
    return c < ASCII ? set.has(c) : set.mayHaveBeyondAscii();
  }

  private static int codePoint(char[] text, int at, int to) {
    char unit = text[at];
    return Character.isHighSurrogate(unit) ? Character.codePointAt(text, at, to) : unit;
  }

  private record Single(CharacterSet set, Node next) implements Node {
    @Override
    public int match(char[] text, int at, int to) {
      if (at == to) {
        return FAILED;
      }
      int codePoint = codePoint(text, at, to);
      return set.has(codePoint)
          ? next.match(text, at + Character.charCount(codePoint), to)
          : FAILED;
    }

    @Override
    public boolean mayBeginWith(int c) {
      return mayHave(set, c);
    }
  }

  private record Repeat(CharacterSet set, Bounds bounds, Giving giving, Node next) implements Node {
    @Override
    public int match(char[] text, int at, int to) {
      int end = at;
      int count = 0;
      while (count < bounds.max && end < to) {
        int codePoint = codePoint(text, end, to);
        if (!set.has(codePoint)) {
          break;
        }
        end += Character.charCount(codePoint);
        count++;
      }
      if (count < bounds.min) {
        return FAILED;
      }
      int result = next.match(text, end, to);
      if (giving == Giving.BACK) {
        while (result == FAILED && count > bounds.min) {
          end -= Character.isLowSurrogate(text[end - 1]) ? 2 : 1;
          count--;
          result = next.match(text, end, to);
        }
      }
      return result;
    }

    @Override
    public boolean mayBeginWith(int c) {
      return mayHave(set, c) || (bounds.min == 0 && next.mayBeginWith(c));
    }
  }

  private record Ahead(Node ahead, Wanted wanted, Node next) implements Node {
    @Override
    public int match(char[] text, int at, int to) {
      boolean isThere = ahead.match(text, at, to) != FAILED;
      return isThere == (wanted == Wanted.THERE) ? next.match(text, at, to) : FAILED;
    }

    @Override
    public boolean mayBeginWith(int c) {
      return next.mayBeginWith(c);
    }
  }

  /// Alternatives; for each beginning it is known which of them are worth trying.
  private static final class Choice implements Node {
    private final Node[] all;
    private final Node[][] byBeginning = new Node[ASCII + 1][];

    Choice(List<Node> alternatives) {
      all = alternatives.toArray(new Node[0]);
      for (int c = 0; c <= ASCII; c++) {
        int beginning = c;
        byBeginning[c] =
            alternatives.stream().filter(node -> node.mayBeginWith(beginning)).toArray(Node[]::new);
      }
    }

    @Override
    public int match(char[] text, int at, int to) {
      for (var node : at < to ? byBeginning[Math.min(text[at], ASCII)] : all) {
        int end = node.match(text, at, to);
        if (end != FAILED) {
          return end;
        }
      }
      return FAILED;
    }

    @Override
    public boolean mayBeginWith(int c) {
      return byBeginning[c].length > 0;
    }
  }
}
