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
    try (var arena = Arena.ofConfined()) {
      var block = arena.allocate(4L * weight.rowLength() * rowsOfBlock(weight), Float.BYTES);
      forEachBlock(
          weight,
          (values, count) -> {
            MemorySegment.copy(values, 0, block, FLOAT, 0, count * weight.rowLength());
            TensorBytes.write(block.asSlice(0, 4L * count * weight.rowLength()), channel);
          });
    }
  }

  /// What happens to some rows of a weight.
  public interface Block {
    /// Takes the first `count` rows that lie in `values`, which is used again for the next.
    void accept(float[] values, int count) throws IOException;
  }

  /// Makes all rows of `weight`, a block at a time and in order.
  public static void forEachBlock(Weight weight, Block block) throws IOException {
    long rows = weight.rows();
    int most = rowsOfBlock(weight);
    var values = new float[Math.multiplyExact(most, weight.rowLength())];
    for (long row = 0; row < rows; row += most) {
      int count = (int) Math.min(most, rows - row);
      weight.readRows(row, count, values, 0);
      block.accept(values, count);
    }
  }

  private static int rowsOfBlock(Weight weight) {
    long fitting = TensorBytes.BLOCK_BYTES / (4L * Math.max(1, weight.rowLength()));
    return (int) Math.clamp(fitting, 1, Math.max(1, weight.rows()));
  }
}
