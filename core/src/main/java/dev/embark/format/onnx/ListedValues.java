package dev.embark.format.onnx;

import dev.embark.format.onnx.OnnxProto.TensorProto;
import dev.embark.format.protobuf.IncomingMessage;
import dev.embark.format.protobuf.IncomingMessage.Kind;
import dev.embark.format.protobuf.IncomingMessage.Values;
import dev.embark.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/// The values of a `TensorProto` that stand in the list of its type instead of in `raw_data`.
///
/// | list | types | encoding |
/// |---|---|---|
/// | `float_data` 4 | FLOAT | 4 bytes each |
/// | `double_data` 10 | DOUBLE | 8 bytes each |
/// | `int64_data` 7 | INT64 | varint |
/// | `int32_data` 5 | all others; the bits of FLOAT16 and BFLOAT16 in the lower half, two of INT4 and
/// UINT4 in the lowest byte | varint |
record ListedValues(IncomingMessage message, ElementType type) {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private int list() {
    return switch (type) {
      case F32 -> TensorProto.FLOAT_DATA;
      case F64 -> TensorProto.DOUBLE_DATA;
      case I64 -> TensorProto.INT64_DATA;
      case F16, BF16, I32, I16, I8, U8, BOOL, I4, U4 -> TensorProto.INT32_DATA;
    };
  }

  private boolean isFixedWidth() {
    return type == ElementType.F32 || type == ElementType.F64;
  }

  /// Returns the values as a slice of the file, where they have the bytes of a tensor already.
  Optional<MemorySegment> inPlace(long byteSize) {
    if (isFixedWidth()) {
      var fields = message.again();
      while (fields.next()) {
        if (fields.field() == list()
            && fields.kind() == Kind.DELIMITED
            && fields.bytes().byteSize() == byteSize) {
          return Optional.of(fields.bytes());
        }
      }
    }
    return Optional.empty();
  }

  /// Returns the number of values, of which those of 4 bits count as one a pair.
  long count() {
    var counter = new Counter();
    forEach(counter);
    return counter.count;
  }

  /// Writes the values as elements of the type.
  void copyTo(MemorySegment target) {
    var index = new Counter();
    forEach(value -> {
      switch (type) {
        case I8, U8, BOOL, I4, U4 -> target.set(ValueLayout.JAVA_BYTE, index.count, (byte) value);
        case F16, BF16, I16 -> target.set(SHORT, index.count * 2, (short) value);
        case F32, I32 -> target.set(INT, index.count * 4, (int) value);
        case F64, I64 -> target.set(LONG, index.count * 8, value);
      }
      index.accept(value);
    });
  }

  private void forEach(Values values) {
    var fields = message.again();
    while (fields.next()) {
      if (fields.field() != list()) {
        continue;
      }
      if (isFixedWidth()) {
        fields.forEachFixed(type.byteSize(), values);
      } else {
        fields.forEachNumber(values);
      }
    }
  }

  private static final class Counter implements Values {
    private long count;

    @Override
    public void accept(long bits) {
      count++;
    }
  }
}
