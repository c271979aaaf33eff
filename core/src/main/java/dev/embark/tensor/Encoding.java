package dev.embark.tensor;

/// How the values of a matrix are stored in fewer bits than they have.
public sealed interface Encoding {
  /// Returns the word for it in manifests and reports, such as `int8`.
  String key();

  /// 16-bit floats.
  record Half() implements Encoding {
    /// The largest value there is; what is beyond becomes infinite.
    public static final float MAX = 65_504;

    @Override
    public String key() {
      return "fp16";
    }
  }

  /// Integers: `value = (code − zero) · scale`, scale and zero shared by each `block` successive
  /// values of a row.
  ///
  /// Scales are 32-bit floats. They are fitted to the values: of several that are tried, the one
  /// with the smallest sum of squared errors, each column's times its `importance`, is taken.
  ///
  /// @param bits 8 or 4
  /// @param block values that share a scale; the length of a row where all of it does
  /// @param range what the codes of a block have in common
  /// @param importance `[columns]`, how much an error in a column counts, above 0
  record Integers(int bits, int block, Zero zero, Range range, Weight importance)
      implements Encoding {
    /// What code stands for 0.
    public enum Zero {
      /// 0: codes are from −127 to 127, or from −8 to 7.
      FIXED,
      /// One that is stored for each block: codes are from 0 on.
      FITTED
    }

    /// What the largest values of a block may become.
    public enum Range {
      /// Each value has the whole range of codes.
      SINGLE,
      /// Two successive values of the same sign, the first at an even column, share it.
      ///
      /// The byte products of x86 before VNNI (`VPMADDUBSW`) add two products of an unsigned and a
      /// signed byte in 16 bits, and cut what does not fit. 255 · 128 does.
      PAIR
    }

    public Integers {
      if (bits != 8 && bits != 4) {
        throw new IllegalArgumentException("integers of " + bits + " bits");
      }
      if (block < 1) {
        throw new IllegalArgumentException("blocks of " + block + " values");
      }
    }

    /// Returns 8-bit integers with one scale for each row of a weight.
    public static Integers rows(Weight weight) {
      return rows(weight, Range.SINGLE);
    }

    /// Returns 8-bit integers with one scale for each row of a weight, to be multiplied with
    /// unsigned bytes.
    public static Integers factors(Weight weight) {
      return rows(weight, Range.PAIR);
    }

    private static Integers rows(Weight weight, Range range) {
      int length = weight.rowLength();
      return new Integers(8, length, Zero.FIXED, range, new Weight.Repeated(1, Shape.of(length)));
    }

    @Override
    public String key() {
      return "int" + bits;
    }

    /// Returns how many blocks a row of `length` values has; the last may be shorter.
    public int blocks(int length) {
      return Math.ceilDiv(length, block);
    }
  }
}
