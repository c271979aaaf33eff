package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Asks the reference library for the canonical order of marks.
///
/// A character has a class above zero if U+0345 (240, the highest) before it and U+0334 (1, the
/// lowest) behind it change places.
final class OrderSweep {
  private OrderSweep() {}

  /// Returns the ranks, from 1 on, of all characters that move past others and are not decomposed.
  static SortedMap<Integer, Integer> ranks(Sweep sweep) {
    var ordered = new BitSet();
    var ranks = new TreeMap<Integer, Integer>();
    try (var nfd = Oracle.of(Sweep.spelling("{\"type\":\"NFD\"}", "null", "[]"))) {
      sweep.batches(batch -> order(nfd, batch, ordered));
      for (int codePoint : ordered.stream().toArray()) {
        var character = Character.toString(codePoint);
        ordered.set(codePoint, Sweep.spell(nfd.ids(character)).equals(character));
      }
      rank(nfd, ordered, ranks);
    }
    return ranks;
  }

  private static void order(Oracle nfd, int[] batch, BitSet ordered) {
    var texts = new ArrayList<String>();
    for (int codePoint : batch) {
      // U+0001 stands between the texts; it moves as little as U+0000 does.
      texts.add("\u0345" + Character.toString(codePoint == 1 ? 0 : codePoint) + "\u0334");
    }
    var answers = List.of(Sweep.spell(nfd.ids(String.join("\u0001", texts))).split("\u0001", -1));
    Sweep.check(answers.size() == texts.size(), "as many answers as texts");
    for (int i = 0; i < batch.length; i++) {
      ordered.set(batch[i], !answers.get(i).equals(texts.get(i)));
    }
  }

  private static void rank(Oracle nfd, BitSet ordered, SortedMap<Integer, Integer> ranks) {
    var classes = new ArrayList<List<Integer>>();
    for (int codePoint : ordered.stream().toArray()) {
      int low = 0;
      int high = classes.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        int comparison = compare(nfd, codePoint, classes.get(middle).getFirst());
        if (comparison == 0) {
          classes.get(middle).add(codePoint);
          break;
        } else if (comparison < 0) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      if (low == high) {
        classes.add(low, new ArrayList<>(List.of(codePoint)));
      }
    }
    for (int rank = 0; rank < classes.size(); rank++) {
      for (int codePoint : classes.get(rank)) {
        ranks.put(codePoint, rank + 1);
      }
    }
  }

  private static int compare(Oracle nfd, int left, int right) {
    if (swaps(nfd, left, right)) {
      return 1;
    }
    return swaps(nfd, right, left) ? -1 : 0;
  }

  private static boolean swaps(Oracle nfd, int left, int right) {
    var pair = Character.toString(left) + Character.toString(right);
    return !Sweep.spell(nfd.ids(pair)).equals(pair);
  }
}
