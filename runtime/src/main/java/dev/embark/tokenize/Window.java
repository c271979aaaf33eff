package dev.embark.tokenize;

import java.util.Arrays;

/// Normalized characters on their way to the model: the current word, or a whole text where added
/// tokens are looked for in it.
final class Window implements CharSequence {
  /// Where texts of a [GeneralEncoder] begin, so that there is room before the first character.
  static final int MARGIN = 1;

  private static final int KEPT_MAX = 1 << 16;

  char[] characters = new char[512];
  int length;

  /// Characters before this one do not change places with characters behind it.
  int barrier;

  /// Begins a text at [#MARGIN].
  void open() {
    length = MARGIN;
    barrier = MARGIN;
  }

  void clear() {
    length = 0;
    barrier = 0;
  }

  /// Lets go of the memory of an exceptionally long text.
  void trim() {
    if (characters.length > KEPT_MAX) {
      characters = new char[512];
    }
    clear();
  }

  void add(char character) {
    if (length == characters.length) {
      characters = Arrays.copyOf(characters, characters.length * 2);
    }
    characters[length++] = character;
  }

  /// Adds a part of a text.
  void add(String from, int start, int end) {
    int count = end - start;
    if (length + count > characters.length) {
      characters = Arrays.copyOf(characters, Math.max(length + count, characters.length * 2));
    }
    from.getChars(start, end, characters, length);
    length += count;
  }

  /// Adds `from[start, end)`.
  void add(char[] from, int start, int end) {
    int count = end - start;
    if (length + count > characters.length) {
      characters = Arrays.copyOf(characters, Math.max(length + count, characters.length * 2));
    }
    System.arraycopy(from, start, characters, length, count);
    length += count;
  }

  void addCodePoint(int codePoint) {
    if (codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
      add((char) codePoint);
    } else {
      add(Character.highSurrogate(codePoint));
      add(Character.lowSurrogate(codePoint));
    }
  }

  /// Adds a mark in canonical order: behind all marks of a lower or the same rank.
  void addMark(int codePoint, int rank) {
    addCodePoint(codePoint);
    int size = Character.charCount(codePoint);
    int at = length - size;
    // Insertion sort: words end after a bounded number of characters, so runs are short.
    while (at > barrier) {
      int before = Character.codePointBefore(characters, at, barrier);
      if (CharacterTable.rank(before) <= rank) {
        break;
      }
      at -= Character.charCount(before);
    }
    if (at < length - size) {
      System.arraycopy(characters, at, characters, at + size, length - size - at);
      Character.toChars(codePoint, characters, at);
    }
  }

  /// Removes the first `count` characters.
  void removeUntil(int count) {
    System.arraycopy(characters, count, characters, 0, length - count);
    length -= count;
    barrier = Math.max(0, barrier - count);
  }

  /// Removes all characters from the `max`th on.
  void limit(int max) {
    length = Math.min(length, max);
    barrier = Math.min(barrier, length);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public char charAt(int index) {
    return characters[index];
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new String(characters, start, end - start);
  }

  @Override
  public String toString() {
    return new String(characters, 0, length);
  }
}
