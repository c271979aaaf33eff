package dev.embark.tensor;

/// What one element of a tensor is, named as in safetensors headers.
public enum ElementType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U8(1),
  BOOL(1);

  private final int byteSize;

  ElementType(int byteSize) {
    this.byteSize = byteSize;
  }

  public int byteSize() {
    return byteSize;
  }

  /// Returns whether elements are floating-point numbers.
  public boolean isFloat() {
    return switch (this) {
      case F64, F32, F16, BF16 -> true;
      case I64, I32, I16, I8, U8, BOOL -> false;
    };
  }
}
