package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import dev.embark.format.mlprogram.BlobFile;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlPackage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Constants of a program, read from its message or its weight file whenever they are used, so that
/// a large model does not fill the heap.
final class MilConstants {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MlPackage opened;

  MilConstants(MlPackage opened) {
    this.opened = opened;
  }

  /// Returns all numbers of a constant.
  MilTensor read(MilValue value) {
    return rows(value, 0, 1, value.shape().elementCount()).reshaped(sizes(value));
  }

  /// Returns `count` rows of `width` numbers from row `first` on: `[count, width]`.
  MilTensor rows(MilValue value, long first, int count, long width) {
    int from = Math.toIntExact(first * width);
    int length = Math.toIntExact(count * width);
    var sizes = new int[] {count, Math.toIntExact(width)};
    return switch (value.content()) {
      case MilValue.Reals(var list) -> {
        var reals = new float[length];
        for (int i = 0; i < length; i++) {
          reals[i] = list.get(from + i);
        }
        yield MilTensor.ofReals(value.type(), sizes, reals);
      }
      case MilValue.Integers(var list) -> {
        var integers = new int[length];
        for (int i = 0; i < length; i++) {
          integers[i] = Math.toIntExact(list.get(from + i));
        }
        yield MilTensor.ofIntegers(value.type(), sizes, integers);
      }
      case MilValue.Truths(var list) -> {
        var integers = new int[length];
        for (int i = 0; i < length; i++) {
          integers[i] = list.get(from + i) ? 1 : 0;
        }
        yield MilTensor.ofIntegers(value.type(), sizes, integers);
      }
      case MilValue.Texts _ -> throw new IllegalStateException("a text is no number");
      case MilValue.Raw(var list) -> {
        var bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = list.get(i);
        }
        yield numbers(value.type(), MemorySegment.ofArray(bytes), from, sizes);
      }
      case MilValue.Blob(var file, var offset) ->
          numbers(value.type(), blob(file, offset).data(), first * width, sizes);
    };
  }

  private BlobFile.Blob blob(String file, long offset) {
    return requireNonNull(requireNonNull(opened.weights().get(file), file).get(offset), file);
  }

  private static MilTensor numbers(MilType type, MemorySegment data, long from, int[] sizes) {
    int count = sizes[0] * sizes[1];
    return switch (type) {
      case FLOAT32 -> {
        var reals = new float[count];
        MemorySegment.copy(data, FLOAT, from * Float.BYTES, reals, 0, count);
        yield MilTensor.ofReals(type, sizes, reals);
      }
      case FLOAT16 -> {
        var reals = new float[count];
        for (int i = 0; i < count; i++) {
          reals[i] = Float.float16ToFloat(data.get(HALF, (from + i) * Short.BYTES));
        }
        yield MilTensor.ofReals(type, sizes, reals);
      }
      case INT8 -> {
        var integers = new int[count];
        for (int i = 0; i < count; i++) {
          integers[i] = data.get(ValueLayout.JAVA_BYTE, from + i);
        }
        yield MilTensor.ofIntegers(type, sizes, integers);
      }
      case BOOL,
          STRING,
          INT16,
          INT32,
          INT4,
          UINT8,
          UINT16,
          UINT32,
          UINT4,
          UINT2,
          UINT1,
          UINT6,
          UINT3 ->
          throw MilProgram.unknown("constants of type " + type);
    };
  }

  static int[] sizes(MilValue value) {
    var sizes = value.shape().sizes();
    var result = new int[sizes.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.toIntExact(sizes[i]);
    }
    return result;
  }
}
