package dev.embark.tokenize;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/// Writes tables of characters, in the format that [CharacterFile] and its neighbours read.
final class CharacterTableText {
  private static final int COLUMNS = 100;

  private final StringBuilder text = new StringBuilder();

  /// @param what is told of characters
  CharacterTableText(String what) {
    text.append(
        """
        # The reference library (tokenizers 0.21): %s.
        # Written by sweeps in the test tree, compared with the library by CharactersTest.
        # Hexadecimal: ranges of a class, first:last for every second character; from=to or
        # first-last+distance of a mapping; ranges=rank (decimal) of an order.
        """
            .formatted(what));
  }

  /// A code point and what becomes of it.
  record Mapped(int from, String to) {
    /// Returns how far the code point moves, or 0 where it becomes several.
    int distance() {
      int target = to.codePointAt(0);
      return to.length() == Character.charCount(target) ? target - from : 0;
    }
  }

  /// A mark and its place among marks.
  record Ranked(int codePoint, int rank) {}

  CharacterTableText ranges(String name, BitSet set) {
    var items = new ArrayList<String>();
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int end = set.nextClearBit(from);
      items.add(range(from, end - 1));
      from = set.nextSetBit(end);
    }
    return lines(name, items);
  }

  /// Ranges of a set that often holds every second character.
  CharacterTableText stepped(String name, BitSet set) {
    var items = new ArrayList<String>();
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int end = set.nextClearBit(from);
      if (end == from + 1) {
        while (isAlone(set, end + 1)) {
          end += 2;
        }
        items.add(end == from + 1 ? hex(from) : hex(from) + ":" + hex(end - 1));
      } else {
        items.add(range(from, end - 1));
      }
      from = set.nextSetBit(end);
    }
    return lines(name, items);
  }

  private static boolean isAlone(BitSet set, int codePoint) {
    return set.get(codePoint) && !set.get(codePoint + 1);
  }

  CharacterTableText order(List<Ranked> marks) {
    var items = new ArrayList<String>();
    for (int i = 0; i < marks.size(); ) {
      var first = marks.get(i);
      int last = first.codePoint();
      while (++i < marks.size() && marks.get(i).equals(new Ranked(last + 1, first.rank()))) {
        last++;
      }
      items.add(range(first.codePoint(), last) + "=" + first.rank());
    }
    return lines("order", items);
  }

  CharacterTableText mapping(String name, List<Mapped> mapping) {
    var items = new ArrayList<String>();
    for (int i = 0; i < mapping.size(); ) {
      var first = mapping.get(i);
      int step = i + 1 < mapping.size() && mapping.get(i + 1).from() == first.from() + 2 ? 2 : 1;
      int last = first.from();
      while (++i < mapping.size()
          && first.distance() != 0
          && mapping.get(i).from() == last + step
          && mapping.get(i).distance() == first.distance()) {
        last += step;
      }
      items.add(item(first, last, step));
    }
    return lines(name, items);
  }

  private static String item(Mapped first, int last, int step) {
    if (last > first.from()) {
      return hex(first.from())
          + (step == 2 ? ":" : "-")
          + hex(last)
          + (first.distance() > 0 ? "+" : "-")
          + hex(Math.abs(first.distance()));
    }
    var parts = new ArrayList<String>();
    first.to().codePoints().forEach(codePoint -> parts.add(hex(codePoint)));
    return hex(first.from()) + "=" + String.join(".", parts);
  }

  /// Lines of at most 100 columns that all begin with the name of what they list.
  private CharacterTableText lines(String name, List<String> items) {
    int column = 0;
    for (var item : items) {
      if (column > 0 && column + 1 + item.length() > COLUMNS) {
        text.append('\n');
        column = 0;
      }
      if (column == 0) {
        text.append(name);
        column = name.length();
      }
      text.append(' ').append(item);
      column += 1 + item.length();
    }
    text.append('\n');
    return this;
  }

  private static String range(int first, int last) {
    return first == last ? hex(first) : hex(first) + "-" + hex(last);
  }

  private static String hex(int value) {
    return Integer.toHexString(value).toUpperCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
