package dev.embark.tokenize;

import dev.embark.tokenize.Normalizer.BertStep;
import java.util.List;
import java.util.Set;

/// A normalizer compiled to one pass over the text: lowercasing before everything else where asked
/// for, then the four steps of `BertNormalizer`, each character going through all of them.
///
/// Only canonical order looks beyond one character: marks that `strip_accents` keeps are sorted
/// into the [Window] as they come.
final class BertNormalization {
  private static final int REPLACEMENT = 0xFFFD;

  private final boolean lowercaseFirst;
  private final boolean cleanText;
  private final boolean handleChineseChars;
  private final boolean stripAccents;
  private final boolean lowercase;

  private BertNormalization(List<Normalizer> before, Set<BertStep> steps) {
    lowercaseFirst = !before.isEmpty();
    cleanText = steps.contains(BertStep.CLEAN_TEXT);
    handleChineseChars = steps.contains(BertStep.HANDLE_CHINESE_CHARS);
    stripAccents = steps.contains(BertStep.STRIP_ACCENTS);
    lowercase = steps.contains(BertStep.LOWERCASE);
  }

  /// Returns whether a normalizer is of the form that can be compiled: `Lowercase` any number of
  /// times, then at most one `BertNormalizer`.
  static boolean canCompile(Normalizer normalizer) {
    var steps = normalizer.inOrder();
    for (int i = 0; i < steps.size(); i++) {
      boolean isLast = i == steps.size() - 1;
      if (!(steps.get(i) instanceof Normalizer.Lowercase)
          && !(isLast && steps.get(i) instanceof Normalizer.Bert)) {
        return false;
      }
    }
    return true;
  }

  /// Compiles a normalizer that can be compiled.
  static BertNormalization compile(Normalizer normalizer) {
    var steps = normalizer.inOrder();
    boolean isBertLast = !steps.isEmpty() && steps.getLast() instanceof Normalizer.Bert;
    int lowercases = isBertLast ? steps.size() - 1 : steps.size();
    return isBertLast && steps.getLast() instanceof Normalizer.Bert(var bertSteps)
        ? new BertNormalization(steps.subList(0, lowercases), bertSteps)
        : new BertNormalization(steps, Set.of());
  }

  boolean cleansText() {
    return cleanText;
  }

  boolean lowercases() {
    return lowercase || lowercaseFirst;
  }

  /// Returns the normalized form of a text.
  String normalize(String text) {
    var window = new Window();
    append(text, 0, text.length(), window);
    return window.toString();
  }

  /// Adds the normalized form of a part of a text.
  void append(CharSequence text, int from, int to, Window target) {
    for (int i = from; i < to; ) {
      int codePoint = Character.codePointAt(text, i);
      append(codePoint, target);
      i += Character.charCount(codePoint);
    }
  }

  /// Adds the normalized form of a code point; a lone surrogate counts as U+FFFD.
  void append(int codePoint, Window target) {
    int known = isSurrogate(codePoint) ? REPLACEMENT : codePoint;
    int properties = CharacterTable.properties(known);
    if (lowercaseFirst && (properties & CharacterTable.LOWER) != 0) {
      int lower = CharacterTable.LOWERCASE.find(known);
      if (lower < 0) {
        for (int i = 0; i < CharacterTable.LOWERCASE.length(lower); i++) {
          int part = CharacterTable.LOWERCASE.part(lower, i);
          clean(part, CharacterTable.properties(part), target);
        }
      } else {
        clean(lower, CharacterTable.properties(lower), target);
      }
    } else {
      clean(known, properties, target);
    }
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private void clean(int codePoint, int properties, Window target) {
    if (cleanText && (properties & CharacterTable.CONTROL) != 0) {
      return;
    }
    if (cleanText && (properties & CharacterTable.SPACE) != 0) {
      target.add(' ');
    } else if (handleChineseChars && (properties & CharacterTable.IDEOGRAPH) != 0) {
      target.add(' ');
      strip(codePoint, properties, target);
      target.add(' ');
    } else {
      strip(codePoint, properties, target);
    }
  }

  private void strip(int codePoint, int properties, Window target) {
    if (!stripAccents) {
      lower(codePoint, properties, target);
    } else if ((properties & CharacterTable.DROPPED) != 0) {
      if ((properties & CharacterTable.BARRIER) != 0) {
        target.barrier = target.length;
      }
    } else if ((properties & CharacterTable.STRIPPED) != 0) {
      stripped(codePoint, target);
    } else {
      addInOrder(codePoint, properties, target);
    }
  }

  private void stripped(int codePoint, Window target) {
    if (Hangul.isSyllable(codePoint)) {
      Hangul.addLetters(codePoint, target);
      return;
    }
    int rest = CharacterTable.WITHOUT_ACCENTS.find(codePoint);
    if (rest < 0) {
      for (int i = 0; i < CharacterTable.WITHOUT_ACCENTS.length(rest); i++) {
        int part = CharacterTable.WITHOUT_ACCENTS.part(rest, i);
        addInOrder(part, CharacterTable.properties(part), target);
      }
    } else {
      addInOrder(rest, CharacterTable.properties(rest), target);
    }
  }

  private void addInOrder(int codePoint, int properties, Window target) {
    if ((properties & CharacterTable.ORDERED) != 0) {
      target.addMark(codePoint, CharacterTable.rank(codePoint));
    } else {
      lower(codePoint, properties, target);
    }
  }

  private void lower(int codePoint, int properties, Window target) {
    if (!lowercase || (properties & CharacterTable.LOWER) == 0) {
      target.addCodePoint(codePoint);
      return;
    }
    int lower = CharacterTable.LOWERCASE.find(codePoint);
    if (lower < 0) {
      for (int i = 0; i < CharacterTable.LOWERCASE.length(lower); i++) {
        target.addCodePoint(CharacterTable.LOWERCASE.part(lower, i));
      }
    } else {
      target.addCodePoint(lower);
    }
  }
}
