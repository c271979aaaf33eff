package dev.embark.format.onnx;

import dev.embark.tensor.ElementType;
import java.util.Optional;

/// The numbers of `TensorProto.DataType`.
enum OnnxType {
  UNDEFINED(0),
  FLOAT(1, ElementType.F32),
  UINT8(2, ElementType.U8),
  INT8(3, ElementType.I8),
  UINT16(4),
  INT16(5, ElementType.I16),
  INT32(6, ElementType.I32),
  INT64(7, ElementType.I64),
  STRING(8),
  BOOL(9, ElementType.BOOL),
  FLOAT16(10, ElementType.F16),
  DOUBLE(11, ElementType.F64),
  UINT32(12),
  UINT64(13),
  COMPLEX64(14),
  COMPLEX128(15),
  BFLOAT16(16, ElementType.BF16),
  FLOAT8E4M3FN(17),
  FLOAT8E4M3FNUZ(18),
  FLOAT8E5M2(19),
  FLOAT8E5M2FNUZ(20),
  UINT4(21, ElementType.U4),
  INT4(22, ElementType.I4),
  FLOAT4E2M1(23),
  FLOAT8E8M0(24),
  UINT2(25),
  INT2(26);

  private final int number;
  private final Optional<ElementType> elementType;

  OnnxType(int number) {
    this.number = number;
    this.elementType = Optional.empty();
  }

  OnnxType(int number, ElementType elementType) {
    this.number = number;
    this.elementType = Optional.of(elementType);
  }

  int number() {
    return number;
  }

  /// Returns Embark's type of the same elements, empty where it has none.
  Optional<ElementType> elementType() {
    return elementType;
  }

  /// Returns the type with a number, empty where ONNX has not given it away.
  static Optional<OnnxType> numbered(long number) {
    return number >= 0 && number < values().length
        ? Optional.of(values()[(int) number])
        : Optional.empty();
  }

  static OnnxType of(ElementType type) {
    return switch (type) {
      case F64 -> DOUBLE;
      case F32 -> FLOAT;
      case F16 -> FLOAT16;
      case BF16 -> BFLOAT16;
      case I64 -> INT64;
      case I32 -> INT32;
      case I16 -> INT16;
      case I8 -> INT8;
      case U8 -> UINT8;
      case BOOL -> BOOL;
      case I4 -> INT4;
      case U4 -> UINT4;
    };
  }
}
