package dev.embark.format.mlprogram;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Element types of MIL, with their numbers in `MIL.DataType` and in the weight file.
///
/// See <https://github.com/apple/coremltools/blob/main/mlmodel/format/MIL.proto>; the numbers of
/// the weight file are those of its `StorageFormat.hpp`.
public enum MilType {
  BOOL(1, 8, 0),
  STRING(2, 0, 0),
  FLOAT16(10, 16, 1),
  FLOAT32(11, 32, 2),
  INT8(21, 8, 4),
  INT16(22, 16, 6),
  INT32(23, 32, 14),
  INT4(25, 4, 8),
  UINT8(31, 8, 3),
  UINT16(32, 16, 7),
  UINT32(33, 32, 15),
  UINT4(35, 4, 11),
  UINT2(36, 2, 10),
  UINT1(37, 1, 9),
  UINT6(38, 6, 13),
  UINT3(39, 3, 12);

  private final int number;
  private final int bits;
  private final int blobNumber;

  MilType(int number, int bits, int blobNumber) {
    this.number = number;
    this.bits = bits;
    this.blobNumber = blobNumber;
  }

  int number() {
    return number;
  }

  /// Returns the number in the weight file; 0 where that holds no such values.
  int blobNumber() {
    return blobNumber;
  }

  /// Returns the bits of an element; 0 for strings, which have no fixed size.
  public int bits() {
    return bits;
  }

  /// Returns its name in the language of programs, such as `fp16`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace("float", "fp");
  }

  /// Returns the bytes of `count` elements side by side.
  public long bytes(long count) {
    return Math.ceilDiv(Math.multiplyExact(count, bits), Byte.SIZE);
  }

  /// Returns how many bits of the last of these bytes belong to no element.
  long paddingBits(long count) {
    return bytes(count) * Byte.SIZE - count * bits;
  }

  static Optional<MilType> numbered(long number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
  }

  static Optional<MilType> ofBlob(long number) {
    return Arrays.stream(values())
        .filter(type -> type.blobNumber == number && number != 0)
        .findFirst();
  }
}
