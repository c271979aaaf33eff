package dev.embark.tokenize;

/// A normal form of Unicode.
enum NormalForm {
  NFC(NormalFormTable.REPLACED | NormalFormTable.ORDERED | NormalFormTable.JOINING),
  NFD(NormalFormTable.CANONICAL | NormalFormTable.ORDERED),
  NFKC(
      NormalFormTable.REPLACED
          | NormalFormTable.ORDERED
          | NormalFormTable.JOINING
          | NormalFormTable.COMPATIBLE),
  NFKD(NormalFormTable.CANONICAL | NormalFormTable.ORDERED | NormalFormTable.COMPATIBLE);

  private static final int ASCII = 128;

  /// Properties of characters that may not stay as they are, or that may change those before them.
  private final int acting;

  NormalForm(int acting) {
    this.acting = acting;
  }

  /// Adds the normal form of a text to `target`.
  ///
  /// @param scratch takes up what must be looked at together
  void append(Window text, Scratch scratch, Window target) {
    char[] characters = text.characters;
    int to = text.length;
    int at = Window.MARGIN;
    while (at < to) {
      int start = at;
      int quiet = at;
      // Up to the last character that no other acts upon.
      while (at < to && (characters[at] < ASCII || !acts(characters, at, to))) {
        quiet = at;
        at += Character.isHighSurrogate(characters[at]) ? 2 : 1;
      }
      if (at >= to) {
        target.add(characters, start, to);
        return;
      }
      target.add(characters, start, quiet);
      var segment = scratch.segment;
      segment.clear();
      if (quiet < at) {
        add(Character.codePointAt(characters, quiet, to), segment);
      }
      while (at < to && acts(characters, at, to)) {
        int codePoint = Character.codePointAt(characters, at, to);
        add(codePoint, segment);
        at += Character.charCount(codePoint);
      }
      segment.sort();
      if (this == NFC || this == NFKC) {
        segment.join();
      }
      segment.addTo(target);
    }
  }

  private boolean acts(char[] characters, int at, int to) {
    int codePoint = Character.codePointAt(characters, at, to);
    return (NormalFormTable.properties(codePoint) & acting) != 0;
  }

  private void add(int codePoint, Segment segment) {
    int properties = NormalFormTable.properties(codePoint);
    boolean isCompatible = this == NFKC || this == NFKD;
    if (isCompatible && (properties & NormalFormTable.COMPATIBLE) != 0) {
      segment.add(codePoint, NormalFormTable.compatibles());
    } else if (Hangul.isSyllable(codePoint)) {
      segment.addHangul(codePoint);
    } else if ((properties & NormalFormTable.CANONICAL) != 0) {
      segment.add(codePoint, NormalFormTable.canonicals());
    } else {
      segment.add(codePoint);
    }
  }
}
