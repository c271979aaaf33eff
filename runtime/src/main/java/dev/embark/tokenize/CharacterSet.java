package dev.embark.tokenize;

import java.util.Arrays;

/// A set of characters of a regular expression: bits for ASCII, kinds and ranges for the rest.
final class CharacterSet {
  private static final int ASCII = 128;
  private static final int ALL_KINDS = -1;

  private final long low;
  private final long high;
  private final int kinds;

  /// First and last code points in turn.
  private final int[] ranges;

  private final Polarity polarity;

  /// Whether a set is what is listed, or everything else.
  enum Polarity {
    LISTED,
    OTHERS;

    Polarity opposite() {
      return this == LISTED ? OTHERS : LISTED;
    }
  }

  private CharacterSet(Builder builder, Polarity polarity) {
    boolean isPlain = builder.rangesLength == 0;
    ranges = Arrays.copyOf(builder.ranges, builder.rangesLength);
    kinds = isPlain && polarity == Polarity.OTHERS ? ~builder.kinds : builder.kinds;
    this.polarity = isPlain ? Polarity.LISTED : polarity;
    long lowBits = 0;
    long highBits = 0;
    for (int c = 0; c < ASCII; c++) {
      if (builder.listsAscii(c) == (polarity == Polarity.LISTED)) {
        if (c < 64) {
          lowBits |= 1L << c;
        } else {
          highBits |= 1L << c;
        }
      }
    }
    low = lowBits;
    high = highBits;
  }

  /// Returns whether a code point is in this set.
  boolean has(int codePoint) {
    if (codePoint < ASCII) {
      return ((codePoint < 64 ? low : high) >>> codePoint & 1) != 0;
    }
    return hasBeyondAscii(codePoint);
  }

  private boolean hasBeyondAscii(int codePoint) {
    if (ranges.length == 0 && (kinds == CharacterKinds.NONE || kinds == ALL_KINDS)) {
      return kinds == ALL_KINDS;
    }
    boolean isListed = (kinds >>> CharacterKinds.kind(codePoint) & 1) != 0;
    for (int i = 0; i < ranges.length && !isListed; i += 2) {
      isListed = codePoint >= ranges[i] && codePoint <= ranges[i + 1];
    }
    return isListed == (polarity == Polarity.LISTED);
  }

  /// Returns whether any character beyond ASCII may be in this set.
  boolean mayHaveBeyondAscii() {
    return kinds != CharacterKinds.NONE || ranges.length > 0;
  }

  /// Lists what is in a set.
  static final class Builder {
    private int kinds = CharacterKinds.NONE;
    private int[] ranges = new int[8];
    private int rangesLength;
    private final boolean[] ascii = new boolean[ASCII];

    /// Adds characters of some kinds.
    void kinds(int mask) {
      kinds |= mask;
      for (int c = 0; c < ASCII; c++) {
        ascii[c] |= (mask >>> CharacterKinds.kind(c) & 1) != 0;
      }
    }

    /// Adds code points.
    void range(int first, int last) {
      for (int c = first; c <= Math.min(last, ASCII - 1); c++) {
        ascii[c] = true;
      }
      if (last >= ASCII) {
        if (rangesLength + 2 > ranges.length) {
          ranges = Arrays.copyOf(ranges, ranges.length * 2);
        }
        ranges[rangesLength++] = Math.max(first, ASCII);
        ranges[rangesLength++] = last;
      }
    }

    private boolean listsAscii(int c) {
      return ascii[c];
    }

    CharacterSet build(Polarity polarity) {
      return new CharacterSet(this, polarity);
    }
  }
}
