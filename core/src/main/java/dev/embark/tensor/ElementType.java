package dev.embark.tensor;

/// What one element of a tensor is, named as in safetensors headers, which have none of 4 bits.
public enum ElementType {
  F64(64),
  F32(32),
  F16(16),
  BF16(16),
  I64(64),
  I32(32),
  I16(16),
  I8(8),
  U8(8),
  BOOL(8),
  /// Two to a byte, the first in its lower half.
  I4(4),
  /// Two to a byte, the first in its lower half.
  U4(4);

  private final int bits;

  ElementType(int bits) {
    this.bits = bits;
  }

  /// Returns whether elements take whole bytes.
  public boolean isWhole() {
    return bits >= Byte.SIZE;
  }

  /// Returns the bytes of one element, which must be whole.
  public int byteSize() {
    if (!isWhole()) {
      throw new IllegalStateException(this + " shares its byte with another element");
    }
    return bits / Byte.SIZE;
  }

  /// Returns the bytes of `count` elements; throws `ArithmeticException` where they do not fit into
  /// 63 bits.
  public long bytes(long count) {
    return isWhole() ? Math.multiplyExact(count, byteSize()) : Math.ceilDiv(count, 2);
  }

  /// Returns whether elements are floating-point numbers.
  public boolean isFloat() {
    return switch (this) {
      case F64, F32, F16, BF16 -> true;
      case I64, I32, I16, I8, U8, BOOL, I4, U4 -> false;
    };
  }
}
