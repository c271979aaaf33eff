package dev.embark.format;

import dev.embark.tensor.ElementType;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/// A weight on its way into a file: 32-bit floats, row-major, little-endian, made a block of rows
/// at a time.
public final class WeightBytes {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private WeightBytes() {}

  /// Writes all values of `weight`.
  public static void write(Weight weight, WritableByteChannel channel) throws IOException {
    if (weight instanceof Weight.Stored(Tensor tensor) && tensor.type() == ElementType.F32) {
      // Stored as it is needed, it goes from map to file without passing through an array.
      TensorBytes.write(tensor.bytes(), channel);
    } else {
      writeRows(weight, channel);
    }
  }

  private static void writeRows(Weight weight, WritableByteChannel channel) throws IOException {
    long rows = weight.rows();
    int rowLength = weight.rowLength();
    int rowsPerBlock =
        (int)
            Math.clamp(
                TensorBytes.BLOCK_BYTES / (4L * Math.max(1, rowLength)), 1, Math.max(1, rows));
    var values = new float[Math.multiplyExact(rowsPerBlock, rowLength)];
    try (var arena = Arena.ofConfined()) {
      var block = arena.allocate(4L * values.length, Float.BYTES);
      for (long row = 0; row < rows; row += rowsPerBlock) {
        int count = (int) Math.min(rowsPerBlock, rows - row);
        weight.readRows(row, count, values, 0);
        MemorySegment.copy(values, 0, block, FLOAT, 0, count * rowLength);
        TensorBytes.write(block.asSlice(0, 4L * count * rowLength), channel);
      }
    }
  }
}
