package dev.embark.format.npy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What stands before the elements; see [Npy] for the layout.
final class NpyHeader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /// NumPy's own limit.
  private static final int TEXT_BYTES_MAX = 10_000;

  private static final int RANK_MAX = 32;

  /// Magic number, version and length of version 1.
  private static final int PRELUDE_BYTES = 10;

  /// What [#float32Matrix] fills: 64 bytes are too few for large arrays.
  static final int BYTES = 128;

  private static final ValueLayout.OfShort LENGTH16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt LENGTH32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final Pattern DICTIONARY =
      Pattern.compile(
          """
          \\s*+\\{\\s*+'descr'\\s*+:\\s*+'(?<type>[^']*+)'\\s*+,\
          \\s*+'fortran_order'\\s*+:\\s*+(?<fortran>True|False)\\s*+,\
          \\s*+'shape'\\s*+:\\s*+\\((?<shape>[0-9, ]*+)\\)\\s*+,?\\s*+\\}\\s*+\
          """);

  private static final Pattern SEPARATOR = Pattern.compile(",");

  private final String name;

  private NpyHeader(String name) {
    this.name = name;
  }

  /// Returns the header of a float32 matrix, always [#BYTES] long.
  static ByteBuffer float32Matrix(long rows, int columns) {
    return float32(Shape.of(rows, columns));
  }

  /// Returns the header of float32 values, always [#BYTES] long.
  static ByteBuffer float32(Shape shape) {
    var sizes =
        Arrays.stream(shape.sizes()).mapToObj(Long::toString).collect(Collectors.joining(", "));
    var text =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(sizes, shape.rank() == 1 ? "," : "");
    var header = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(header.array(), (byte) ' ');
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (BYTES - PRELUDE_BYTES));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    header.put(BYTES - 1, (byte) '\n');
    return header.rewind();
  }

  /// Returns the array in `bytes`, in place.
  static Tensor tensor(MemorySegment bytes, String name) {
    return new NpyHeader(name).read(bytes);
  }

  private Tensor read(MemorySegment bytes) {
    if (bytes.byteSize() < PRELUDE_BYTES
        || !Arrays.equals(bytes.asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE), MAGIC)) {
      throw damaged("is no npy file: it does not start with 0x93 NUMPY");
    }
    int version = bytes.get(ValueLayout.JAVA_BYTE, MAGIC.length);
    if (version < 1 || version > 3) {
      throw unsupported("has npy version " + version + "; Embark reads 1, 2 and 3");
    }
    int textStart = version == 1 ? PRELUDE_BYTES : PRELUDE_BYTES + 2;
    long length = textLength(bytes, version);
    if (length > TEXT_BYTES_MAX || length > bytes.byteSize() - textStart) {
      throw damaged(
          "announces a header of "
              + length
              + " bytes; "
              + Math.max(0, bytes.byteSize() - textStart)
              + " follow, and at most "
              + TEXT_BYTES_MAX
              + " are allowed");
    }
    var text =
        new String(
            bytes.asSlice(textStart, length).toArray(ValueLayout.JAVA_BYTE),
            StandardCharsets.UTF_8);
    return tensor(text, bytes.asSlice(textStart + length));
  }

  private long textLength(MemorySegment bytes, int version) {
    if (version == 1) {
      return Short.toUnsignedInt(bytes.get(LENGTH16, MAGIC.length + 2));
    }
    if (bytes.byteSize() < PRELUDE_BYTES + 2) {
      throw damaged("ends inside its header");
    }
    return Integer.toUnsignedLong(bytes.get(LENGTH32, MAGIC.length + 2));
  }

  private Tensor tensor(String text, MemorySegment elements) {
    var dictionary = DICTIONARY.matcher(text);
    if (!dictionary.matches()) {
      throw damaged("has the header \"" + text.strip() + "\", which is not understood");
    }
    var type = type(dictionary.group("type"));
    var sizes = sizes(dictionary.group("shape"));
    if (dictionary.group("fortran").equals("True") && sizes.length > 1) {
      throw unsupported("is stored column by column (fortran_order)");
    }
    long expected = byteSize(type, sizes);
    if (elements.byteSize() != expected) {
      throw damaged(
          "has "
              + elements.byteSize()
              + " bytes of elements, but "
              + type
              + " "
              + Arrays.toString(sizes)
              + " takes "
              + expected);
    }
    return new Tensor(type, Shape.of(sizes), elements);
  }

  private ElementType type(String descr) {
    return switch (descr) {
      case "<f8" -> ElementType.F64;
      case "<f4" -> ElementType.F32;
      case "<f2" -> ElementType.F16;
      case "<i8" -> ElementType.I64;
      case "<i4" -> ElementType.I32;
      case "<i2" -> ElementType.I16;
      case "|i1" -> ElementType.I8;
      case "|u1" -> ElementType.U8;
      case "|b1" -> ElementType.BOOL;
      default -> throw unsupported("has elements of type '" + descr + "'");
    };
  }

  private long[] sizes(String shape) {
    var parts = SEPARATOR.splitAsStream(shape).map(String::strip).toArray(String[]::new);
    if (parts.length == 1 && parts[0].isEmpty()) {
      return new long[0];
    }
    if (parts.length > RANK_MAX) {
      throw damaged("has more than " + RANK_MAX + " dimensions");
    }
    var sizes = new long[parts.length];
    for (int axis = 0; axis < sizes.length; axis++) {
      try {
        sizes[axis] = Long.parseLong(parts[axis]);
      } catch (NumberFormatException _) {
        throw damaged("has the shape (" + shape + ")");
      }
    }
    return sizes;
  }

  private long byteSize(ElementType type, long[] sizes) {
    try {
      long size = type.byteSize();
      for (long dim : sizes) {
        size = Math.multiplyExact(size, dim);
      }
      return size;
    } catch (ArithmeticException _) {
      throw damaged(
          "has shape " + Arrays.toString(sizes) + ", whose size does not fit into 63 bits");
    }
  }

  private Problem damaged(String how) {
    return new Problem(
        Category.BAD_INPUT,
        name + " " + how + ".",
        "It is truncated, or of another format than its name says.",
        "Write it again with numpy.save.");
  }

  private Problem unsupported(String how) {
    return new Problem(
        Category.UNSUPPORTED,
        name + " " + how + ", which Embark does not read.",
        "",
        "Save it as numpy.ascontiguousarray(x, \"<f4\") first.");
  }
}
