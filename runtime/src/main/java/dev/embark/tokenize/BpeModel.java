package dev.embark.tokenize;

import dev.embark.tokenize.Model.BpeTrait;

/// Byte pair encoding of words, each put together once and then remembered.
///
/// Where no pre-tokenizer cuts (Gemma, Mistral), a whole text is one word. It is cut here at places
/// that no merge reaches across, which gives the same ids: a merge needs two pieces that touch, and
/// the characters next to each other in any entry were brought there by a merge.
final class BpeModel implements WordModel {
  private static final int BYTES = 256;

  private final Vocabulary vocabulary;
  private final Merges merges;
  private final Letters letters;
  private final int unknownId;
  private final boolean fuses;
  private final boolean fallsBack;
  private final boolean takesWhole;
  private final boolean cuts;
  private final int[] characterIds;
  private final int[] byteIds = new int[BYTES];

  /// What entries are made of.
  enum Letters {
    CHARACTERS,
    /// Bytes, written as [ByteLetters].
    BYTES
  }

  BpeModel(Model.Bpe model, Letters letters) {
    vocabulary = model.vocabulary();
    merges = model.merges();
    unknownId = model.unknownId();
    this.letters = letters;
    fuses = model.traits().contains(BpeTrait.FUSES_UNKNOWN);
    fallsBack = model.traits().contains(BpeTrait.FALLS_BACK_TO_BYTES);
    takesWhole = model.traits().contains(BpeTrait.TAKES_WHOLE_WORDS);
    cuts = model.traits().contains(BpeTrait.CUTTABLE) && letters == Letters.CHARACTERS;
    characterIds = vocabulary.characterIds();
    for (int i = 0; i < BYTES; i++) {
      byteIds[i] = vocabulary.find(byteToken(i));
    }
  }

  /// Returns the entry that stands for a byte.
  static String byteToken(int unsigned) {
    return "<0x%02X>".formatted(unsigned);
  }

  @Override
  public void encode(char[] text, int from, int to, Scratch scratch, TokenList target) {
    if (!cuts) {
      encodeWord(text, from, to, scratch, target);
      return;
    }
    if (takesWhole && to - from <= vocabulary.longest()) {
      int hash = WordCache.hash(text, from, to);
      int id = vocabulary.find(hash, "", text, from, to);
      if (id >= 0) {
        target.add(id);
        return;
      }
    }
    int start = from;
    for (int i = from + 1; i < to; i++) {
      if (!merges.isJunction(text[i - 1], text[i]) && isKnown(text, i, to)) {
        encodeWord(text, start, i, scratch, target);
        start = i;
      }
    }
    encodeWord(text, start, to, scratch, target);
  }

  /// Returns whether a character with an entry begins here: unknown characters are fused.
  private boolean isKnown(char[] text, int at, int to) {
    char unit = text[at];
    return Character.isSurrogate(unit)
        ? Character.isHighSurrogate(unit) && pairId(text, at, to) >= 0
        : characterIds[unit] >= 0;
  }

  private int pairId(char[] text, int at, int to) {
    if (at + 1 == to) {
      return -1;
    }
    int hash = Vocabulary.step(Vocabulary.step(Vocabulary.SEED, text[at]), text[at + 1]);
    return vocabulary.find(hash, "", text, at, at + 2);
  }

  private void encodeWord(char[] text, int from, int to, Scratch scratch, TokenList target) {
    var pieces = scratch.pieces;
    if (to - from > WordCache.WORD_MAX) {
      assemble(text, from, to, scratch);
      pieces.addTo(target);
      return;
    }
    var cache = scratch.cache(this);
    int hash = WordCache.hash(text, from, to);
    if (!cache.addTo(target, hash, text, from, to)) {
      assemble(text, from, to, scratch);
      cache.put(hash, text, from, to, pieces);
      pieces.addTo(target);
    }
  }

  private void assemble(char[] text, int from, int to, Scratch scratch) {
    var pieces = scratch.pieces;
    pieces.clear();
    switch (letters) {
      case CHARACTERS -> assembleLetters(text, from, to, pieces);
      case BYTES -> {
        var spelled = scratch.spelled;
        spelled.clear();
        spell(text, from, to, spelled);
        assembleLetters(spelled.characters, 0, spelled.length, pieces);
        spelled.trim();
      }
    }
  }

  private void assembleLetters(char[] text, int from, int to, Pieces pieces) {
    if (takesWhole && !cuts && to - from <= vocabulary.longest()) {
      int hash = WordCache.hash(text, from, to);
      int id = vocabulary.find(hash, "", text, from, to);
      if (id >= 0) {
        pieces.add(id);
        return;
      }
    }
    boolean isPending = false;
    for (int i = from; i < to; i++) {
      char unit = text[i];
      boolean isPair = Character.isHighSurrogate(unit);
      int id = isPair ? pairId(text, i, to) : characterIds[unit];
      if (id >= 0) {
        if (isPending) {
          pieces.add(unknownId);
          isPending = false;
        }
        pieces.add(id);
      } else if (!(fallsBack && addBytes(Character.codePointAt(text, i, to), pieces))
          && unknownId >= 0) {
        if (isPending && !fuses) {
          pieces.add(unknownId);
        }
        isPending = true;
      }
      i += isPair ? 1 : 0;
    }
    if (isPending) {
      pieces.add(unknownId);
    }
    pieces.merge(merges);
  }

  /// Adds the bytes of a character; returns false and adds nothing where one of them has no entry.
  private boolean addBytes(int codePoint, Pieces pieces) {
    int count = utf8Length(codePoint);
    for (int i = 0; i < count; i++) {
      if (byteIds[utf8(codePoint, count, i)] < 0) {
        return false;
      }
    }
    for (int i = 0; i < count; i++) {
      pieces.add(byteIds[utf8(codePoint, count, i)]);
    }
    return true;
  }

  /// Writes the bytes of a text as letters.
  private static void spell(char[] text, int from, int to, Window target) {
    for (int i = from; i < to; i++) {
      char unit = text[i];
      if (unit < 0x80) {
        target.add(ByteLetters.letter(unit));
        continue;
      }
      int codePoint = unit;
      if (Character.isHighSurrogate(unit)) {
        codePoint = Character.codePointAt(text, i, to);
        i++;
      }
      int count = utf8Length(codePoint);
      for (int k = 0; k < count; k++) {
        target.add(ByteLetters.letter(utf8(codePoint, count, k)));
      }
    }
  }

  private static int utf8Length(int codePoint) {
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }

  /// Returns a byte of a character's UTF-8, which has `count` of them.
  private static int utf8(int codePoint, int count, int index) {
    if (count == 1) {
      return codePoint;
    }
    int bits = codePoint >>> (6 * (count - 1 - index));
    return index == 0 ? (0xF00 >> count & 0xFF) | bits : 0x80 | (bits & 0x3F);
  }
}
