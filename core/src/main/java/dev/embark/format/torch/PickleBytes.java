package dev.embark.format.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The bytes of one or more pickles, read from first to last.
final class PickleBytes {
  /// Tensor names have a few dozen bytes.
  private static final int TEXT_BYTES_MAX = 1 << 20;

  /// Names of modules and functions.
  private static final int LINE_BYTES_MAX = 1000;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Complaint complaint;
  private final MemorySegment bytes;
  private long at;

  PickleBytes(Complaint complaint, MemorySegment bytes) {
    this.complaint = complaint;
    this.bytes = bytes;
  }

  /// Returns the place of the next byte.
  long at() {
    return at;
  }

  private long take(long count) {
    if (count < 0 || count > bytes.byteSize() - at) {
      throw complaint.damaged("ends inside its pickle", "The file is truncated or damaged.");
    }
    long from = at;
    at += count;
    return from;
  }

  int unsignedByte() {
    return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, take(1)));
  }

  int unsignedShort() {
    return Short.toUnsignedInt(bytes.get(SHORT, take(Short.BYTES)));
  }

  int signedInt() {
    return bytes.get(INT, take(Integer.BYTES));
  }

  long unsignedInt() {
    return Integer.toUnsignedLong(signedInt());
  }

  long signedLong() {
    return bytes.get(LONG, take(Long.BYTES));
  }

  void skip(long count) {
    take(count);
  }

  /// Returns the next `count` bytes as UTF-8.
  String text(long count) {
    if (count > TEXT_BYTES_MAX || count < 0) {
      throw complaint.damaged(
          "has a string of "
              + Long.toUnsignedString(count)
              + " bytes at byte "
              + at
              + " of its pickle; at most "
              + TEXT_BYTES_MAX
              + " are allowed",
          "No name of a tensor is that long.");
    }
    return new String(
        bytes.asSlice(take(count), count).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /// Returns the bytes up to the end of the line.
  String line() {
    long end = at;
    while (end < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, end) != '\n') {
      if (end - at == LINE_BYTES_MAX) {
        throw complaint.damaged(
            "has a name of more than " + LINE_BYTES_MAX + " bytes at byte " + at + " of its pickle",
            "No module or function is called that.");
      }
      end++;
    }
    var line = text(end - at);
    skip(1);
    return line;
  }
}
