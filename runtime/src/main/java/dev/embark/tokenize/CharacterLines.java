package dev.embark.tokenize;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Reads a table of characters: each line is a name and items, numbers are hexadecimal.
///
/// - classes: one code point, `first-last`, or `first:last` for every second character
/// - mappings: `from=to` (several separated by dots), `first-last+distance`, or
///   `first:last+distance`
/// - orders: `first-last=rank`, the rank in decimal
///
/// Names have no blanks; lines that begin with `#` are comments.
final class CharacterLines {
  private final byte[] bytes;
  private int at;
  private int first;
  private int last;
  private int step;

  private CharacterLines(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Opens a resource beside this class.
  static CharacterLines open(String resource) {
    try (var in = CharacterLines.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing beside " + CharacterLines.class);
      }
      return new CharacterLines(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Moves to the next line; returns its name, or an empty text behind the last.
  String nextLine() {
    while (at < bytes.length) {
      int start = at;
      while (bytes[at] != ' ' && bytes[at] != '\n') {
        at++;
      }
      if (bytes[start] != '#' && at > start) {
        return new String(bytes, start, at - start, StandardCharsets.US_ASCII);
      }
      while (bytes[at] != '\n') {
        at++;
      }
      at++;
    }
    return "";
  }

  /// Moves to the next item of the line; returns whether there is one.
  boolean nextItem() {
    if (bytes[at] != ' ') {
      at++;
      return false;
    }
    at++;
    first = hex();
    step = take(':') ? 2 : 1;
    last = step == 2 || take('-') ? hex() : first;
    return true;
  }

  int first() {
    return first;
  }

  int last() {
    return last;
  }

  /// Returns the distance of one code point of the item to the next.
  int step() {
    return step;
  }

  /// Reads the rest of an item of an order: returns its rank.
  int rank() {
    at++;
    int rank = 0;
    while (bytes[at] >= '0' && bytes[at] <= '9') {
      rank = rank * 10 + bytes[at++] - '0';
    }
    return rank;
  }

  /// Reads the rest of an item of a mapping.
  void mapTo(CharacterMapping mapping) {
    if (take('=')) {
      mapping.put(first, hex());
      while (take('.')) {
        mapping.extend(hex());
      }
      return;
    }
    int sign = bytes[at++] == '+' ? 1 : -1;
    int distance = sign * hex();
    for (int codePoint = first; codePoint <= last; codePoint += step) {
      mapping.put(codePoint, codePoint + distance);
    }
  }

  private boolean take(char expected) {
    if (bytes[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  private int hex() {
    int value = 0;
    while (true) {
      byte digit = bytes[at];
      if (digit >= '0' && digit <= '9') {
        value = (value << 4) | (digit - '0');
      } else if (digit >= 'A' && digit <= 'F') {
        value = (value << 4) | (digit - 'A' + 10);
      } else {
        return value;
      }
      at++;
    }
  }
}
