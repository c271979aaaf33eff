package dev.embark.target.coreml;

import dev.embark.format.TensorBytes;
import dev.embark.format.WeightBytes;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.protobuf.Payload;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Encoding.Half;
import dev.embark.tensor.Weight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/// One blob of the weight file, made from a parameter a block of rows at a time.
///
/// Matrices in bytes have one scale a row: `weight = code · scale`, codes from −127 to 127. A scale
/// is a number that the program can hold, and the codes are fitted to it; a row that is all 0 has
/// scale 1.
///
/// @param name of the parameter
/// @param type of the numbers the program computes in: `FLOAT32` or `FLOAT16`
record StoredWeight(String name, Weight weight, MilType type, Part part) implements Payload {
  private static final int LARGEST_CODE = 127;

  /// What of the parameter a blob holds.
  enum Part {
    VALUES,
    CODES,
    SCALES,
    /// A code of 0 for each row.
    ZERO_POINTS
  }

  MilType elementType() {
    return switch (part) {
      case VALUES, SCALES -> type;
      case CODES, ZERO_POINTS -> MilType.INT8;
    };
  }

  long count() {
    return switch (part) {
      case VALUES, CODES -> weight.shape().elementCount();
      case SCALES, ZERO_POINTS -> weight.rows();
    };
  }

  @Override
  public long byteSize() {
    return elementType().bytes(count());
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    if (part == Part.VALUES && type == MilType.FLOAT32) {
      WeightBytes.write(weight, channel);
      return;
    }
    int width = weight.rowLength();
    WeightBytes.forEachBlock(
        weight,
        (values, count) -> {
          var buffer = ByteBuffer.allocate(4 * count * width).order(ByteOrder.LITTLE_ENDIAN);
          for (int i = 0; i < count; i++) {
            put(values, i * width, width, buffer);
          }
          TensorBytes.writeAll(buffer.flip(), channel);
        });
  }

  private void put(float[] values, int from, int width, ByteBuffer buffer) {
    switch (part) {
      case VALUES -> {
        for (int i = from; i < from + width; i++) {
          putNumber(values[i], buffer);
        }
      }
      case CODES -> {
        float scale = scale(values, from, width);
        for (int i = from; i < from + width; i++) {
          int code = (int) Math.rint(values[i] / scale);
          buffer.put((byte) Math.clamp(code, -LARGEST_CODE, LARGEST_CODE));
        }
      }
      case SCALES -> putNumber(scale(values, from, width), buffer);
      case ZERO_POINTS -> buffer.put((byte) 0);
    }
  }

  private void putNumber(float value, ByteBuffer buffer) {
    if (type == MilType.FLOAT32) {
      buffer.putFloat(value);
      return;
    }
    if (Math.abs(value) > Half.MAX) {
      throw new Problem(
          Category.UNSUPPORTED,
          "The parameter `%s` has the value %s.".formatted(name, value),
          "The largest number of 16 bits is %s.".formatted(Half.MAX),
          "Convert with --precision fp32.");
    }
    buffer.putShort(Float.floatToFloat16(value));
  }

  private float scale(float[] values, int from, int width) {
    float largest = 0;
    for (int i = from; i < from + width; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    if (largest == 0) {
      return 1;
    }
    float wanted = Math.max(largest / LARGEST_CODE, Float.MIN_NORMAL);
    if (type == MilType.FLOAT32) {
      return wanted;
    }
    // The next half from there on, so that no code leaves its range.
    short half = Float.floatToFloat16(wanted);
    return Float.float16ToFloat(Float.float16ToFloat(half) < wanted ? (short) (half + 1) : half);
  }
}
