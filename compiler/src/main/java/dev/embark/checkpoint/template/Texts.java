package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/// The methods of Python's texts, and `get` of its dictionaries.
record Texts(Operators operators) {
  private static final int PARTS_MAX = 10_000;

  /// The ends of a text that are stripped.
  private enum End {
    FIRST,
    LAST,
    BOTH
  }

  Value call(Value target, String method, Given given) {
    if (target instanceof Text(var text)) {
      return ofText(text, method, given);
    }
    if (target instanceof Mapping(var entries) && method.equals("get")) {
      var otherwise = given.expect(2).find(1, "").orElse(Absent.NONE);
      return entries.getOrDefault(given.text(0), otherwise);
    }
    throw operators.unfit("the method \"" + Refusals.shown(method) + "\"", target);
  }

  private Value ofText(String text, String method, Given given) {
    return switch (method) {
      case "strip" -> strip(text, End.BOTH, given);
      case "lstrip" -> strip(text, End.FIRST, given);
      case "rstrip" -> strip(text, End.LAST, given);
      case "startswith" ->
          plain(text).startsWith(given.expect(1).text(0)) ? Truth.TRUE : Truth.FALSE;
      case "endswith" -> plain(text).endsWith(given.expect(1).text(0)) ? Truth.TRUE : Truth.FALSE;
      case "lower" -> lower(text, given);
      case "upper" -> upper(text, given);
      case "replace" -> replace(text, given);
      case "split" -> split(text, given);
      default ->
          throw operators.unfit("the method \"" + Refusals.shown(method) + "\"", new Text(text));
    };
  }

  Text lower(String text, Given given) {
    given.expect(0);
    return operators.text(plain(text).toLowerCase(Locale.ROOT));
  }

  Text upper(String text, Given given) {
    given.expect(0);
    return operators.text(plain(text).toUpperCase(Locale.ROOT));
  }

  Text strip(String text, Given given) {
    return strip(text, End.BOTH, given);
  }

  private Text strip(String text, End end, Given given) {
    boolean spaces = given.expect(1).find(0, "").orElse(Absent.NONE) == Absent.NONE;
    var characters = spaces ? "" : given.text(0);
    IntPredicate goes = spaces ? Spaces::isSpace : c -> characters.indexOf(c) >= 0;
    int from = 0;
    int to = text.length();
    if (end != End.LAST) {
      while (from < to && goes.test(solid(text, from))) {
        from++;
      }
    }
    if (end != End.FIRST) {
      while (from < to && goes.test(solid(text, to - 1))) {
        to--;
      }
    }
    return operators.text(text.substring(from, to));
  }

  private char solid(String text, int place) {
    char character = text.charAt(place);
    if (Holes.isHole(character)) {
      throw operators.refusals().looked("strips");
    }
    return character;
  }

  Text replace(String text, Given given) {
    var old = given.expect(2).text(0);
    if (old.isEmpty()) {
      throw operators.refusals().unsupported("replaces the empty text");
    }
    var replacement = given.text(1);
    // Spent before it is made: each character could become a long text.
    long found = plain(text).split(Pattern.quote(old), -1).length - 1L;
    operators.budget().spend(found * replacement.length());
    return operators.text(text.replace(old, replacement));
  }

  private Listing split(String text, Given given) {
    var separator = given.expect(1).text(0);
    if (separator.isEmpty()) {
      throw operators.refusals().unsupported("splits at the empty text");
    }
    operators.budget().spend(plain(text).length());
    var parts = new ArrayList<Value>();
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      parts.add(new Text(text.substring(from, at)));
      from = at + separator.length();
      if (parts.size() > PARTS_MAX) {
        throw operators.refusals().endless("splits a text into more than " + PARTS_MAX + " parts");
      }
    }
    parts.add(new Text(text.substring(from)));
    return new Listing(List.copyOf(parts));
  }

  private String plain(String text) {
    return operators.plain(text, "looks into");
  }
}
