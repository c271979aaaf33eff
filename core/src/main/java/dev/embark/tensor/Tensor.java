package dev.embark.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A view of stored elements: row-major, little-endian, usually part of a mapped file.
///
/// The view does not own its memory; whoever opened the arena of `bytes` closes it.
public record Tensor(ElementType type, Shape shape, MemorySegment bytes) {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public Tensor {
    long expected = type.bytes(shape.elementCount());
    if (bytes.byteSize() != expected) {
      throw new IllegalArgumentException(
          "a tensor of "
              + type
              + " "
              + shape
              + " needs "
              + expected
              + " bytes, got "
              + bytes.byteSize());
    }
  }

  /// Returns a tensor of `F32` values on the heap, for small constants and tests.
  public static Tensor of(Shape shape, float... values) {
    return new Tensor(ElementType.F32, shape, MemorySegment.ofArray(values));
  }

  /// Reads `count` elements from index `first` on into `target`, converted to `float`.
  public void read(long first, float[] target, int offset, int count) {
    switch (type) {
      case F32 -> MemorySegment.copy(bytes, FLOAT, first * 4, target, offset, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target[offset + i] = Float.float16ToFloat(bytes.get(SHORT, (first + i) * 2));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          target[offset + i] = Float.intBitsToFloat(bytes.get(SHORT, (first + i) * 2) << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          target[offset + i] = (float) bytes.get(DOUBLE, (first + i) * 8);
        }
      }
      case I64, I32, I16, I8, U8, BOOL, I4, U4 -> {
        for (int i = 0; i < count; i++) {
          target[offset + i] = integer(first + i);
        }
      }
    }
  }

  private int half(long index) {
    int pair = bytes.get(ValueLayout.JAVA_BYTE, index / 2) & 0xff;
    return index % 2 == 0 ? pair & 15 : pair >> 4;
  }

  /// Returns the element at `index` of an integer tensor.
  public long integer(long index) {
    return switch (type) {
      case I64 -> bytes.get(LONG, index * 8);
      case I32 -> bytes.get(INT, index * 4);
      case I16 -> bytes.get(SHORT, index * 2);
      case I8 -> bytes.get(ValueLayout.JAVA_BYTE, index);
      case U8, BOOL -> bytes.get(ValueLayout.JAVA_BYTE, index) & 0xff;
      case I4 -> (half(index) ^ 8) - 8L;
      case U4 -> half(index);
      case F64, F32, F16, BF16 -> throw new IllegalStateException(type + " is not an integer");
    };
  }
}
