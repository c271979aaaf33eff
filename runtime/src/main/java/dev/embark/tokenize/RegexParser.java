package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.tokenize.CharacterSet.Polarity;
import dev.embark.tokenize.RegexPart.Giving;
import dev.embark.tokenize.RegexPart.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads the part of Oniguruma's syntax that tokenizers use: alternatives, groups, `(?i:…)`,
/// looking ahead, classes, categories, repetitions. Anything else is refused by name.
final class RegexParser {
  private static final int LENGTH_MAX = 4000;
  private static final int DEPTH_MAX = 30;
  private static final int COUNT_MAX = 1000;

  /// What `\w` matches outside a class, beside what it matches inside one.
  private static final int[] WORD_OUTSIDE = {0xB2, 0xB3, 0xB9, 0xB9, 0xBC, 0xBE};

  /// Texts that other characters than their letters match where case is ignored (`ﬀ`, `ß`, …).
  private static final List<String> LIGATURES = List.of("ss", "ff", "fi", "fl", "st");

  private final String pattern;
  private final String source;
  private int at;
  private int depth;
  private Case letterCase = Case.MATTERS;

  private enum Case {
    MATTERS,
    IGNORED
  }

  private RegexParser(String pattern, String source) {
    this.pattern = pattern;
    this.source = source;
  }

  static RegexPart parse(String pattern, String source) {
    var parser = new RegexParser(pattern, source);
    if (pattern.isEmpty() || pattern.length() > LENGTH_MAX) {
      throw parser.unknown("a length of " + pattern.length());
    }
    var part = parser.choice();
    if (parser.at < pattern.length()) {
      throw parser.unknown("a bracket that closes nothing");
    }
    return part;
  }

  private RegexPart choice() {
    if (++depth > DEPTH_MAX) {
      throw unknown("more than " + DEPTH_MAX + " levels");
    }
    var parts = new ArrayList<RegexPart>();
    do {
      parts.add(sequence());
    } while (take("|"));
    depth--;
    return parts.size() == 1 ? parts.getFirst() : new RegexPart.Choice(parts);
  }

  private RegexPart sequence() {
    var parts = new ArrayList<RegexPart>();
    int start = at;
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      parts.add(repeated(atom()));
    }
    if (letterCase == Case.IGNORED) {
      for (var ligature : LIGATURES) {
        if (pattern.substring(start, at).toLowerCase(Locale.ROOT).contains(ligature)) {
          throw unknown("\"" + ligature + "\" where case is ignored");
        }
      }
    }
    return new RegexPart.Sequence(parts);
  }

  private RegexPart atom() {
    if (take("(?:")) {
      return group(letterCase);
    }
    if (take("(?i:")) {
      return group(Case.IGNORED);
    }
    if (take("(?=")) {
      return new RegexPart.Ahead(group(letterCase), Wanted.THERE);
    }
    if (take("(?!")) {
      return new RegexPart.Ahead(group(letterCase), Wanted.NOT_THERE);
    }
    if (take("(")) {
      if (take("?")) {
        throw unknown("(?" + (at < pattern.length() ? pattern.charAt(at) : ""));
      }
      return group(letterCase);
    }
    if (take("[")) {
      return new RegexPart.One(set());
    }
    if (pattern.charAt(at) == '\\') {
      return new RegexPart.One(escapedSet());
    }
    int codePoint = next();
    if (".^$*+?".indexOf(codePoint) >= 0) {
      throw unknown(Character.toString(codePoint));
    }
    var set = new CharacterSet.Builder();
    add(set, codePoint, codePoint);
    return new RegexPart.One(set.build(Polarity.LISTED));
  }

  private RegexPart group(Case inside) {
    var outside = letterCase;
    letterCase = inside;
    var part = choice();
    letterCase = outside;
    if (!take(")")) {
      throw unknown("a group without an end");
    }
    return part;
  }

  private RegexPart repeated(RegexPart part) {
    if (at == pattern.length()) {
      return part;
    }
    int min = 0;
    int max = Integer.MAX_VALUE;
    boolean isCounted = false;
    switch (pattern.charAt(at)) {
      case '?' -> max = 1;
      case '*' -> {}
      case '+' -> min = 1;
      case '{' -> {
        int end = pattern.indexOf('}', at);
        var counts = end < 0 ? List.<String>of() : counts(pattern.substring(at + 1, end));
        if (counts.isEmpty()) {
          return part;
        }
        min = count(counts.getFirst(), 0);
        max = count(counts.getLast(), Integer.MAX_VALUE);
        isCounted = true;
        at = end;
      }
      default -> {
        return part;
      }
    }
    at++;
    var giving = Giving.BACK;
    if (!isCounted && take("+")) {
      giving = Giving.NOTHING;
    }
    if (at < pattern.length() && "?+*{".indexOf(pattern.charAt(at)) >= 0) {
      throw unknown(pattern.substring(at - 1, at + 1));
    }
    boolean isOptionalGroup = min == 0 && max == 1 && giving == Giving.BACK;
    if (min > max || !(part instanceof RegexPart.One || isOptionalGroup)) {
      throw unknown("a group that is repeated");
    }
    return new RegexPart.Repeated(part, min, max, giving);
  }

  /// Returns the two limits of `n`, `n,`, `,m` or `n,m`, or nothing where it is none of them.
  private static List<String> counts(String text) {
    int comma = text.indexOf(',');
    var first = comma < 0 ? text : text.substring(0, comma);
    var second = comma < 0 ? text : text.substring(comma + 1);
    boolean isCount = isDigits(first) && isDigits(second) && first.length() + second.length() > 0;
    return isCount ? List.of(first, second) : List.of();
  }

  private static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() < 6;
  }

  private int count(String digits, int otherwise) {
    int count = digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    if (!digits.isEmpty() && count > COUNT_MAX) {
      throw unknown("more than " + COUNT_MAX + " repetitions");
    }
    return count;
  }

  private CharacterSet set() {
    var polarity = take("^") ? Polarity.OTHERS : Polarity.LISTED;
    var set = new CharacterSet.Builder();
    boolean isEmpty = true;
    while (!take("]")) {
      if (at == pattern.length() || (isEmpty && pattern.startsWith("]", at))) {
        throw unknown("a class without an end");
      }
      if (pattern.startsWith("[", at) || pattern.startsWith("&&", at)) {
        throw unknown("a class inside a class");
      }
      isEmpty = false;
      if (!takeKinds(set)) {
        int first = character();
        int last = first;
        if (at + 1 < pattern.length()
            && pattern.charAt(at) == '-'
            && pattern.charAt(at + 1) != ']') {
          at++;
          last = character();
        }
        if (last < first) {
          throw unknown("a range that ends before it begins");
        }
        add(set, first, last);
      }
    }
    if (isEmpty) {
      throw unknown("an empty class");
    }
    return set.build(polarity);
  }

  private CharacterSet escapedSet() {
    var set = new CharacterSet.Builder();
    if (pattern.startsWith("\\w", at) || pattern.startsWith("\\W", at)) {
      var polarity = pattern.charAt(at + 1) == 'w' ? Polarity.LISTED : Polarity.OTHERS;
      at += 2;
      set.kinds(CharacterKinds.word());
      for (int i = 0; i < WORD_OUTSIDE.length; i += 2) {
        set.range(WORD_OUTSIDE[i], WORD_OUTSIDE[i + 1]);
      }
      return set.build(polarity);
    }
    if (!takeKinds(set)) {
      int codePoint = character();
      add(set, codePoint, codePoint);
    }
    return set.build(Polarity.LISTED);
  }

  /// Reads `\s` and the like, or a category; returns whether one was there.
  private boolean takeKinds(CharacterSet.Builder set) {
    if (at + 1 >= pattern.length() || pattern.charAt(at) != '\\') {
      return false;
    }
    char name = pattern.charAt(at + 1);
    int kinds =
        switch (name) {
          case 's', 'S' -> CharacterKinds.space();
          case 'd', 'D' -> CharacterKinds.category("Nd");
          case 'w', 'W' -> CharacterKinds.word();
          case 'p', 'P' -> category(at + 2);
          default -> CharacterKinds.NONE;
        };
    if (kinds == CharacterKinds.NONE) {
      return false;
    }
    boolean isOthers = Character.isUpperCase(name);
    at += 2;
    if (name == 'p' || name == 'P') {
      isOthers ^= pattern.startsWith("{^", at);
      at = pattern.indexOf('}', at) + 1;
    }
    addKinds(set, isOthers ? ~kinds : kinds);
    return true;
  }

  private void addKinds(CharacterSet.Builder set, int kinds) {
    if (letterCase == Case.IGNORED) {
      throw unknown("a category where case is ignored");
    }
    set.kinds(kinds);
  }

  private int category(int open) {
    int end = pattern.indexOf('}', open);
    if (end < 0 || pattern.charAt(open) != '{') {
      throw unknown("\\p without a name");
    }
    int start = pattern.startsWith("{^", open) ? open + 2 : open + 1;
    var name = pattern.substring(start, end);
    int kinds = CharacterKinds.category(name);
    if (kinds == CharacterKinds.NONE) {
      throw unknown("\\p{" + name + "}");
    }
    return kinds;
  }

  private void add(CharacterSet.Builder set, int first, int last) {
    set.range(first, last);
    if (letterCase == Case.IGNORED) {
      if (last >= 128) {
        throw unknown("a letter beyond ASCII where case is ignored");
      }
      for (int c = first; c <= last; c++) {
        if (Character.isLetter(c)) {
          set.range(c ^ 0x20, c ^ 0x20);
        }
        if ((c | 0x20) == 's') {
          set.range(0x17F, 0x17F);
        } else if ((c | 0x20) == 'k') {
          set.range(0x212A, 0x212A);
        }
      }
    }
  }

  /// Reads one character, escaped or not.
  private int character() {
    int codePoint = next();
    if (codePoint != '\\') {
      return codePoint;
    }
    if (at == pattern.length()) {
      throw unknown("a backslash at its end");
    }
    int escaped = next();
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'u' -> hex(4);
      case 'x' -> {
        if (!take("{")) {
          yield hex(2);
        }
        int end = pattern.indexOf('}', at);
        int value = hex(Math.max(end - at, 0));
        at++;
        yield value;
      }
      default -> {
        boolean isLetterOrDigit = escaped < 128 && Character.isLetterOrDigit(escaped);
        if (isLetterOrDigit) {
          throw unknown("\\" + Character.toString(escaped));
        }
        yield escaped;
      }
    };
  }

  private int hex(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < pattern.length() ? Character.digit(pattern.charAt(at++), 16) : -1;
      value = value * 16 + digit;
      if (digit < 0 || value > Character.MAX_CODE_POINT) {
        throw unknown("a number that is none");
      }
    }
    if (digits == 0) {
      throw unknown("a number that is none");
    }
    return value;
  }

  private int next() {
    int codePoint = pattern.codePointAt(at);
    at += Character.charCount(codePoint);
    return codePoint;
  }

  private boolean take(String expected) {
    if (pattern.startsWith(expected, at)) {
      at += expected.length();
      return true;
    }
    return false;
  }

  private Problem unknown(String what) {
    return Unsupported.regex(source, pattern, what);
  }
}
