package dev.embark.tokenize;

import dev.embark.tokenize.Sweep.Extent;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;

/// Asks the reference library's regular expressions for the category of every code point, and
/// writes the answers in the format of `kinds.txt`.
final class KindSweep {
  /// Kinds of [CharacterKinds], those that part a category before what is left of it.
  private static final List<String> KINDS =
      List.of(
          "Cc+s", "So+w", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc",
          "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf",
          "Co");

  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private KindSweep() {}

  /// Returns the text that `kinds.txt` should have.
  static String derive(Extent extent) {
    var sets = KINDS.stream().map(_ -> new BitSet()).toList();
    // Every kind becomes a letter of ASCII, which no later step takes for a kind of its own.
    var beyondAscii = chain(pattern -> "[" + pattern + "&&[^\\x00-\\x7F]]");
    var sweep = new Sweep(extent);
    sweep.answers(
        beyondAscii,
        '\n',
        (codePoint, answer) -> {
          int kind = answer.length() == 1 ? LETTERS.indexOf(answer) : -1;
          if (codePoint >= 128 && kind >= 0) {
            sets.get(kind).set(codePoint);
          }
        });
    for (int kind = 0; kind < KINDS.size(); kind++) {
      var set = sets.get(kind);
      var taken = sets.subList(0, kind);
      new Sweep(Extent.ASCII)
          .answers(
              replace("[" + pattern(KINDS.get(kind)) + "]", ""),
              KINDS.get(kind).startsWith("C") ? 'a' : '\n',
              (codePoint, answer) -> {
                if (answer.isEmpty() && taken.stream().noneMatch(other -> other.get(codePoint))) {
                  set.set(codePoint);
                }
              });
    }
    var text = new CharacterTableText("the kinds of characters that its regexes tell apart");
    for (int kind = 0; kind < KINDS.size(); kind++) {
      text.stepped(KINDS.get(kind), sweep.spread(sets.get(kind)));
    }
    return text.toString();
  }

  private static String chain(UnaryOperator<String> pattern) {
    var steps = new StringBuilder();
    for (int kind = 0; kind < KINDS.size(); kind++) {
      steps
          .append(kind > 0 ? "," : "")
          .append(
              replace(pattern.apply(pattern(KINDS.get(kind))), LETTERS.substring(kind, kind + 1)));
    }
    return "{\"type\":\"Sequence\",\"normalizers\":[" + steps + "]}";
  }

  private static String pattern(String kind) {
    var category = "\\p{" + kind.substring(0, 2) + "}";
    return kind.length() > 2 ? category + "&&\\" + kind.charAt(3) : category;
  }

  private static String replace(String pattern, String content) {
    return "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"%s\"},\"content\":\"%s\"}"
        .formatted(pattern.replace("\\", "\\\\"), content);
  }
}
