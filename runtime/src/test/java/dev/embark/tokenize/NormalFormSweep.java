package dev.embark.tokenize;

import dev.embark.tokenize.Sweep.Extent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Asks the reference library for the normal forms of every code point, and writes the answers in
/// the format of `normal-forms.txt`.
final class NormalFormSweep {
  private NormalFormSweep() {}

  /// Returns the text that `normal-forms.txt` should have.
  static String derive(Extent extent) {
    var sweep = new Sweep(extent);
    var canonical = changed(sweep, "NFD");
    var compatible = changed(sweep, "NFKD");
    compatible.entrySet().removeAll(canonical.entrySet());
    var composed = changed(sweep, "NFC");
    var replaced = new BitSet();
    composed.keySet().forEach(replaced::set);
    Sweep.check(canonical.keySet().containsAll(composed.keySet()), "NFC changes what NFD does");
    var ranks = new ArrayList<CharacterTableText.Ranked>();
    OrderSweep.ranks(sweep)
        .forEach((codePoint, rank) -> ranks.add(new CharacterTableText.Ranked(codePoint, rank)));
    return new CharacterTableText("what its normal forms do with characters")
        .order(ranks)
        .mapping("canonical", mapped(canonical))
        .mapping("compatible", mapped(compatible))
        .ranges("replaced", replaced)
        .toString();
  }

  /// Returns the characters that a normal form changes. Hangul syllables, which are decomposed by
  /// rule, are left out.
  private static Map<Integer, String> changed(Sweep sweep, String form) {
    var changed = new TreeMap<Integer, String>();
    sweep.answers(
        "{\"type\":\"" + form + "\"}",
        '\n',
        (codePoint, answer) -> {
          boolean isHangul = codePoint >= Hangul.FIRST && codePoint <= Hangul.LAST;
          if (!answer.equals(Character.toString(codePoint)) && !isHangul) {
            changed.put(codePoint, answer);
          }
        });
    return changed;
  }

  private static List<CharacterTableText.Mapped> mapped(Map<Integer, String> changed) {
    var mapped = new ArrayList<CharacterTableText.Mapped>();
    changed.forEach((from, to) -> mapped.add(new CharacterTableText.Mapped(from, to)));
    return mapped;
  }
}
