package dev.embark.tokenize;

import dev.embark.tokenize.PreTokenizer.Cutting;
import dev.embark.tokenize.PreTokenizer.Delimiter;
import dev.embark.tokenize.PreTokenizer.Meaning;
import dev.embark.tokenize.PreTokenizer.Part;
import dev.embark.tokenize.PreTokenizer.Prefix;
import java.util.List;

/// A station on the way from a normalized text to ids: cuts what it is given, and hands the parts
/// to the next station one by one. The last one is the model.
sealed interface Station {
  /// Takes `text[from, to)`, whose ids go to the scratch's target. A station may write to the text
  /// before `to` where no part still to come lies.
  void take(char[] text, int from, int to, Scratch scratch);

  /// Puts stations in front of a model.
  static Station chain(List<PreTokenizer> steps, WordModel model) {
    Station next = new Last(model);
    for (var step : steps.reversed()) {
      next = station(step, next);
    }
    return next;
  }

  private static Station station(PreTokenizer step, Station next) {
    return switch (step) {
      case PreTokenizer.Bert() ->
          station(
              new PreTokenizer.WhitespaceSplit(),
              station(PreTokenizer.Split.punctuation(Delimiter.ISOLATED), next));
      case PreTokenizer.Whitespace() -> new Whitespace(next);
      case PreTokenizer.WhitespaceSplit() ->
          new Split(
              new PreTokenizer.Split(
                  new Finder.Having(CharacterTable.SPACE), Delimiter.REMOVED, Meaning.MATCHES),
              next);
      case PreTokenizer.Metaspace metaspace -> new Metaspace(metaspace, next);
      case PreTokenizer.ByteLevel(var prefix, var cutting) -> {
        var words =
            switch (cutting) {
              case WORDS ->
                  new Split(
                      new PreTokenizer.Split(
                          ByteLetters.words(), Delimiter.ISOLATED, Meaning.MATCHES),
                      next);
              case NOTHING -> next;
            };
        yield prefix == Prefix.NEVER ? words : new Spaced(words);
      }
      case PreTokenizer.Split split -> new Split(split, next);
      case PreTokenizer.Sequence _ ->
          throw new IllegalArgumentException("a sequence in a sequence");
    };
  }

  record Last(WordModel model) implements Station {
    @Override
    public void take(char[] text, int from, int to, Scratch scratch) {
      model.encode(text, from, to, scratch, scratch.target);
    }
  }

  record Whitespace(Station next) implements Station {
    private static final int CLASSES = CharacterTable.SPACE | CharacterTable.WORD;

    @Override
    public void take(char[] text, int from, int to, Scratch scratch) {
      int start = from;
      int before = CharacterTable.SPACE;
      for (int at = from; at < to; ) {
        int codePoint = Character.codePointAt(text, at, to);
        int now = CharacterTable.properties(codePoint) & CLASSES;
        if (now != before) {
          if (before != CharacterTable.SPACE) {
            next.take(text, start, at, scratch);
          }
          start = at;
          before = now;
        }
        at += Character.charCount(codePoint);
      }
      if (before != CharacterTable.SPACE) {
        next.take(text, start, to, scratch);
      }
    }
  }

  record Metaspace(PreTokenizer.Metaspace how, Station next) implements Station {
    @Override
    public void take(char[] text, int from, int to, Scratch scratch) {
      char mark = how.mark();
      for (int i = from; i < to; i++) {
        if (text[i] == ' ') {
          text[i] = mark;
        }
      }
      boolean isPrefixed =
          text[from] != mark
              && switch (how.prefix()) {
                case ALWAYS -> true;
                case FIRST -> from == scratch.start;
                case NEVER -> false;
              };
      int start = isPrefixed ? from - 1 : from;
      char before = text[start];
      if (isPrefixed) {
        text[start] = mark;
      }
      if (how.cutting() == Cutting.WORDS) {
        cut(text, start, to, scratch);
      } else {
        next.take(text, start, to, scratch);
      }
      if (isPrefixed) {
        text[start] = before;
      }
    }

    private void cut(char[] text, int from, int to, Scratch scratch) {
      int start = from;
      for (int i = from + 1; i < to; i++) {
        if (text[i] == how.mark()) {
          next.take(text, start, i, scratch);
          start = i;
        }
      }
      next.take(text, start, to, scratch);
    }
  }

  /// Puts a space in front, unless one is there.
  record Spaced(Station next) implements Station {
    @Override
    public void take(char[] text, int from, int to, Scratch scratch) {
      if (text[from] == ' ') {
        next.take(text, from, to, scratch);
      } else {
        char before = text[from - 1];
        text[from - 1] = ' ';
        next.take(text, from - 1, to, scratch);
        text[from - 1] = before;
      }
    }
  }

  /// Cuts at delimiters.
  record Split(PreTokenizer.Split how, Station next) implements Station {
    @Override
    public void take(char[] text, int from, int to, Scratch scratch) {
      var finder = how.finder();
      long found = finder.find(text, from, to);
      int start = from;
      var last = Part.BETWEEN;
      for (int at = from; at < to; ) {
        boolean isMatch = found != Finder.NONE && Finder.start(found) == at;
        int end = isMatch ? Finder.end(found) : found == Finder.NONE ? to : Finder.start(found);
        if (isMatch) {
          found = finder.find(text, end, to);
        }
        boolean isDelimiter = isMatch == (how.meaning() == Meaning.MATCHES);
        var part = isDelimiter ? Part.DELIMITER : Part.BETWEEN;
        if (at > from && !how.delimiter().isMerged(last, part)) {
          if (isKept(last)) {
            next.take(text, start, at, scratch);
          }
          start = at;
        }
        last = part;
        at = end;
      }
      if (isKept(last)) {
        next.take(text, start, to, scratch);
      }
    }

    private boolean isKept(Part part) {
      return part == Part.BETWEEN || how.delimiter() != Delimiter.REMOVED;
    }
  }
}
