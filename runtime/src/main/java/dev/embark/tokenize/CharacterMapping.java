package dev.embark.tokenize;

import java.util.Arrays;

/// Code points and what becomes of them: one code point, or a sequence.
final class CharacterMapping {
  private int[] keys = new int[2048];
  private int[] values = new int[2048];
  private int[] sequences = new int[4096];
  private int count;
  private int sequencesLength;

  /// Adds a code point; keys come in ascending order.
  void put(int key, int value) {
    if (count == keys.length) {
      keys = Arrays.copyOf(keys, count * 2);
      values = Arrays.copyOf(values, count * 2);
    }
    keys[count] = key;
    values[count] = value;
    count++;
  }

  /// Makes the last key's value the first code point of a sequence, or appends to the sequence.
  void extend(int codePoint) {
    if (sequencesLength + 3 > sequences.length) {
      sequences = Arrays.copyOf(sequences, sequencesLength * 2);
    }
    if (values[count - 1] >= 0) {
      sequences[sequencesLength] = 1;
      sequences[sequencesLength + 1] = values[count - 1];
      values[count - 1] = -sequencesLength - 1;
      sequencesLength += 2;
    }
    sequences[-values[count - 1] - 1]++;
    sequences[sequencesLength++] = codePoint;
  }

  /// Returns the one code point that `key` becomes, or a negative handle of a sequence.
  int find(int key) {
    return values[Arrays.binarySearch(keys, 0, count, key)];
  }

  /// Returns the length of a sequence.
  int length(int handle) {
    return sequences[-handle - 1];
  }

  /// Returns a code point of a sequence.
  int part(int handle, int index) {
    return sequences[-handle + index];
  }

  /// Returns a code point that has an entry, in ascending order.
  int key(int index) {
    return keys[index];
  }

  int size() {
    return count;
  }
}
