package dev.embark.format.onnx;

import dev.embark.format.TensorBytes;
import dev.embark.format.protobuf.Payload;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/// The raw data of an initializer: row-major, little-endian, made a block of rows at a time.
record WeightPayload(OnnxContent content) implements Payload {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public long byteSize() {
    return content.shape().elementCount() * content.type().byteSize();
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    switch (content) {
      case OnnxContent.Stored(var tensor) -> TensorBytes.write(tensor.bytes(), channel);
      // A weight stored as it is needed goes from map to file without passing through an array.
      case OnnxContent.Streamed(Weight.Stored(Tensor tensor))
          when tensor.type() == ElementType.F32 ->
          TensorBytes.write(tensor.bytes(), channel);
      case OnnxContent.Streamed(var weight) -> writeRows(weight, channel);
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
