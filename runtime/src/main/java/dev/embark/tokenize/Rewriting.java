package dev.embark.tokenize;

import dev.embark.tokenize.Normalizer.BertStep;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// A step of a normalizer, compiled: rewrites a text from one window into another. Texts begin at
/// [Window#MARGIN] in both.
sealed interface Rewriting {
  /// Adds the rewritten form of a text to `target`.
  void rewrite(Window text, Scratch scratch, Window target);

  /// Returns whether nothing is left of the first character of a text, which is not empty: what
  /// then comes first does not count as the beginning.
  default boolean dropsBeginning(Window text, Scratch scratch) {
    return false;
  }

  /// Compiles a normalizer.
  static List<Rewriting> all(Normalizer normalizer) {
    var all = new ArrayList<Rewriting>();
    for (var step : normalizer.inOrder()) {
      all.add(of(step));
    }
    return all;
  }

  private static Rewriting of(Normalizer step) {
    return switch (step) {
      case Normalizer.Precompiled(var map) -> new Precompiled(map);
      case Normalizer.Sequence _ -> throw new IllegalArgumentException("a sequence in a sequence");
      case Normalizer.Bert bert -> new Bert(BertNormalization.compile(bert));
      case Normalizer.Lowercase() ->
          new Bert(BertNormalization.compile(new Normalizer.Bert(EnumSet.of(BertStep.LOWERCASE))));
      case Normalizer.Unicode(var form) -> new Unicode(form);
      case Normalizer.StripAccents() -> new Dropping(CharacterTable.MARK);
      case Normalizer.Nmt() -> new Nmt();
      case Normalizer.Strip(var sides) ->
          new Strip(
              sides.contains(Side.LEFT) ? Edge.STRIPPED : Edge.KEPT,
              sides.contains(Side.RIGHT) ? Edge.STRIPPED : Edge.KEPT);
      case Normalizer.Replace(var pattern, var content) -> new Replace(pattern, content);
      case Normalizer.Prepend(var text) -> new Prepend(text);
    };
  }

  /// What happens to white space at an end of a text.
  enum Edge {
    KEPT,
    STRIPPED
  }

  record Bert(BertNormalization normalization) implements Rewriting {
    @Override
    public void rewrite(Window text, Scratch scratch, Window target) {
      normalization.append(text, Window.MARGIN, text.length, target);
    }

    @Override
    public boolean dropsBeginning(Window text, Scratch scratch) {
      var first = scratch.spelled;
      first.clear();
      normalization.append(
          Character.codePointAt(text.characters, Window.MARGIN, text.length), first);
      return first.length == 0;
    }
  }

  record Unicode(NormalForm form) implements Rewriting {
    @Override
    public void rewrite(Window text, Scratch scratch, Window target) {
      form.append(text, scratch, target);
    }
  }

  record Precompiled(PrecompiledMap map) implements Rewriting {
    @Override
    public void rewrite(Window text, Scratch scratch, Window target) {
      map.normalize(text, Window.MARGIN, text.length, target);
    }
  }

  record Dropping(int property) implements Rewriting {
    @Override
    public void rewrite(Window text, Scratch scratch, Window target) {
      for (int at = Window.MARGIN; at < text.length; ) {
        int codePoint = Character.codePointAt(text.characters, at, text.length);
        if ((CharacterTable.properties(codePoint) & property) == 0) {
          target.addCodePoint(codePoint);
        }
        at += Character.charCount(codePoint);
      }
    }

    @Override
    public boolean dropsBeginning(Window text, Scratch scratch) {
      int first = Character.codePointAt(text.characters, Window.MARGIN, text.length);
      return (CharacterTable.properties(first) & property) != 0;
    }
  }

  record Nmt() implements Rewriting {
    @Override
    public void rewrite(Window text, Scratch scratch, Window target) {
      for (int at = Window.MARGIN; at < text.length; at++) {
        char unit = text.characters[at];
        if (!isDropped(unit)) {
          target.add(isSpace(unit) ? ' ' : unit);
        }
      }
    }

    @Override
    public boolean dropsBeginning(Window text, Scratch scratch) {
      return isDropped(text.characters[Window.MARGIN]);
    }

    private static boolean isDropped(char unit) {
      return (unit >= 1 && unit <= 8)
          || unit == 0xB
          || (unit >= 0xE && unit <= 0x1F)
          || unit == 0x7F
          || unit == 0x8F
          || unit == 0x9F;
    }

    private static boolean isSpace(char unit) {
      return switch (unit) {
        case '\t', '\n', '\f', '\r', 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD -> true;
        default -> unit >= 0x200B && unit <= 0x200F;
      };
    }
  }

  record Strip(Edge left, Edge right) implements Rewriting {
    @Override
    public void rewrite(Window text, Scratch scratch, Window target) {
      int from = Window.MARGIN;
      int to = text.length;
      while (left == Edge.STRIPPED && from < to && isSpace(text.characters[from])) {
        from++;
      }
      while (right == Edge.STRIPPED && to > from && isSpace(text.characters[to - 1])) {
        to--;
      }
      target.add(text.characters, from, to);
    }

    @Override
    public boolean dropsBeginning(Window text, Scratch scratch) {
      return left == Edge.STRIPPED && isSpace(text.characters[Window.MARGIN]);
    }

    private static boolean isSpace(char unit) {
      return (CharacterTable.properties(unit) & CharacterTable.SPACE) != 0;
    }
  }

  record Replace(Regex pattern, String content) implements Rewriting {
    @Override
    public void rewrite(Window text, Scratch scratch, Window target) {
      int from = Window.MARGIN;
      int to = text.length;
      long found = pattern.find(text.characters, from, to);
      while (found != Finder.NONE) {
        target.add(text.characters, from, Finder.start(found));
        target.add(content, 0, content.length());
        from = Finder.end(found);
        found = pattern.find(text.characters, from, to);
      }
      target.add(text.characters, from, to);
    }

    @Override
    public boolean dropsBeginning(Window text, Scratch scratch) {
      long found = pattern.find(text.characters, Window.MARGIN, text.length);
      return content.isEmpty() && found != Finder.NONE && Finder.start(found) == Window.MARGIN;
    }
  }

  record Prepend(String text) implements Rewriting {
    @Override
    public void rewrite(Window from, Scratch scratch, Window target) {
      if (from.length > Window.MARGIN) {
        target.add(text, 0, text.length());
        target.add(from.characters, Window.MARGIN, from.length);
      }
    }
  }
}
