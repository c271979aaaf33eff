package dev.embark.tokenize;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/// Asks the reference library which class every character is in for its grapheme clusters, and
/// writes the answers in the format of `graphemes.txt`.
///
/// Clusters show through a character map that knows every first byte but LF, each as an `x`: a
/// cluster of fewer than 6 bytes becomes one `x`, a longer one an `x` per character. Where a
/// boundary makes no difference to that, it makes none to any map. (So it is with conjunct
/// consonants and Hangul letters outside the first plane, and with the flags, whose class is not
/// asked for.) Lone surrogates are left out: no text of the library can hold them.
final class GraphemeSweep {
  private static final int BATCH = 8192;
  private static final String EXTEND = "\u0300";
  private static final String PICTOGRAPH = "\u00A9";
  private static final String JOINER = "\u200D";
  private static final String CONSONANT = "\u0915";
  private static final String LINKER = "\u094D";
  private static final String PREPEND = "\u0600";
  private static final String LEADING = "\u1100";
  private static final String VOWEL = "\u1161";
  private static final String TRAILING = "\u11A8";
  private static final String SYLLABLE = "\uAC00";

  private final IntPredicate asked;
  private final TreeMap<String, BitSet> classes = new TreeMap<>();

  private GraphemeSweep(IntPredicate asked) {
    this.asked = asked;
  }

  /// Returns the classes of the characters that are asked for.
  static SortedMap<String, BitSet> classes(IntPredicate asked) {
    var sweep = new GraphemeSweep(asked);
    try (var oracle = NormalizerOracle.precompiled(everyByte())) {
      sweep.sweep(oracle);
    }
    return sweep.classes;
  }

  /// Returns the text that `graphemes.txt` should have.
  static String derive() {
    return text(classes(_ -> true));
  }

  /// Returns the map that shows clusters.
  static byte[] everyByte() {
    var bytes = new TreeMap<String, String>();
    for (char b = 1; b < 256; b++) {
      if (b != '\n') {
        bytes.put(Character.toString(b), "x");
      }
    }
    return CharsMap.ofBytes(bytes);
  }

  private void sweep(NormalizerOracle oracle) {
    var batch = new int[BATCH];
    int count = 0;
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      boolean isSurrogate =
          codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
      // Below U+007F the library does not look into its table.
      if (codePoint >= 0x7F && !isSurrogate && asked.test(codePoint)) {
        batch[count++] = codePoint;
      }
      if (count == BATCH || codePoint == Character.MAX_CODE_POINT) {
        classify(oracle, Arrays.copyOf(batch, count));
        count = 0;
      }
    }
  }

  private void classify(NormalizerOracle oracle, int[] batch) {
    var joined = is(oracle, batch, "a", "", 1);
    var control = is(oracle, batch, "", EXTEND + "\u0301", 2);
    mark("control", batch, i -> control[i]);
    var prepend = is(oracle, batch, "", "a", 1);
    mark("prepend", batch, i -> prepend[i]);
    var joiner = is(oracle, batch, PICTOGRAPH, PICTOGRAPH + EXTEND, 4);
    var extend = is(oracle, batch, PICTOGRAPH, JOINER + PICTOGRAPH + EXTEND, 5);
    mark("joiner", batch, i -> joined[i] && joiner[i]);
    mark("extend", batch, i -> joined[i] && extend[i] && !joiner[i]);
    mark("spacing", batch, i -> joined[i] && !extend[i] && !joiner[i]);
    var linker = is(oracle, batch, CONSONANT, CONSONANT + EXTEND, 4);
    var conjunct = is(oracle, batch, CONSONANT, LINKER + CONSONANT + EXTEND, 5);
    mark("conjunct-linker", batch, i -> joined[i] && linker[i]);
    mark("conjunct-extend", batch, i -> joined[i] && conjunct[i] && !linker[i]);
    var pictograph = is(oracle, batch, PICTOGRAPH + JOINER, "", 3);
    mark("pictograph", batch, i -> !joined[i] && pictograph[i]);
    var consonant = is(oracle, batch, CONSONANT + LINKER, EXTEND, 4);
    mark("consonant", batch, i -> batch[i] < 0x10000 && !joined[i] && !control[i] && consonant[i]);
    var behindLeading = is(oracle, batch, PREPEND + LEADING, "", 3);
    var behindSyllable = is(oracle, batch, PREPEND + SYLLABLE, "", 3);
    var beforeVowel = is(oracle, batch, "", VOWEL + EXTEND, 3);
    var beforeTrailing = is(oracle, batch, "", TRAILING + EXTEND, 3);
    IntPredicate hangul = i -> !joined[i] && !prepend[i] && !control[i];
    mark("leading", batch, i -> hangul.test(i) && beforeVowel[i] && !beforeTrailing[i]);
    mark(
        "vowel",
        batch,
        i -> hangul.test(i) && behindLeading[i] && behindSyllable[i] && beforeTrailing[i]);
    mark(
        "trailing",
        batch,
        i -> hangul.test(i) && !behindLeading[i] && behindSyllable[i] && beforeTrailing[i]);
    for (int i = 0; i < batch.length; i++) {
      checkSyllable(batch[i], behindLeading[i] && !behindSyllable[i] && !joined[i], beforeVowel[i]);
    }
  }

  /// Syllables are not listed: their class follows from their place.
  private static void checkSyllable(int codePoint, boolean isSyllableOrLeading, boolean isOpen) {
    boolean isSyllable = isSyllableOrLeading && codePoint > 0x1200 && !(codePoint < 0xA97D);
    boolean byRule = codePoint >= 0xAC00 && codePoint <= 0xD7A3;
    if (isSyllable != byRule || (byRule && isOpen != ((codePoint - 0xAC00) % 28 == 0))) {
      throw new IllegalStateException("The sweep does not understand the syllable " + codePoint);
    }
  }

  private void mark(String name, int[] batch, IntPredicate holds) {
    var set = classes.computeIfAbsent(name, _ -> new BitSet());
    for (int i = 0; i < batch.length; i++) {
      if (holds.test(i)) {
        set.set(batch[i]);
      }
    }
  }

  /// Returns for each character whether it becomes `count` times `x` between two texts.
  private static boolean[] is(
      NormalizerOracle oracle, int[] batch, String before, String after, int count) {
    var text = new StringBuilder();
    for (int codePoint : batch) {
      text.append(before).appendCodePoint(codePoint).append(after).append('\n');
    }
    var answers = oracle.normalize(text.toString()).split("\n", -1);
    if (answers.length != batch.length + 1) {
      throw new IllegalStateException("The sweep does not understand the answer to " + text);
    }
    var is = new boolean[batch.length];
    for (int i = 0; i < batch.length; i++) {
      is[i] = answers[i].length() == count;
    }
    return is;
  }

  private static String text(SortedMap<String, BitSet> classes) {
    var text =
        new StringBuilder(
            """
            # Classes of characters for grapheme clusters, as the reference library (tokenizers 0.21)
            # has them. Written by GraphemeSweep in the test tree, compared with the library by
            # GraphemesTest. Hexadecimal ranges; Hangul syllables and flags follow from their places.
            """);
    classes.forEach((name, set) -> {
      int column = 0;
      for (int from = set.nextSetBit(0); from >= 0; ) {
        int end = set.nextClearBit(from);
        var item = " " + hex(from) + (end - 1 > from ? "-" + hex(end - 1) : "");
        if (column > 0 && column + item.length() > 100) {
          text.append('\n');
          column = 0;
        }
        if (column == 0) {
          text.append(name);
          column = name.length();
        }
        text.append(item);
        column += item.length();
        from = set.nextSetBit(end);
      }
      text.append('\n');
    });
    return text.toString();
  }

  private static String hex(int value) {
    return Integer.toHexString(value).toUpperCase(Locale.ROOT);
  }
}
