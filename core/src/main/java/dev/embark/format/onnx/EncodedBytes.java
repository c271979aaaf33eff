package dev.embark.format.onnx;

import dev.embark.format.TensorBytes;
import dev.embark.format.onnx.OnnxContent.Order;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Encoding;
import dev.embark.tensor.IntegerRows;
import dev.embark.tensor.Weight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.function.IntUnaryOperator;

/// A part of an encoded matrix on its way into a file: row-major, little-endian, two elements of 4
/// bits in a byte, the first in its lower half.
///
/// In the order of rows it is made a block of rows at a time. In the order of columns all of the
/// matrix is encoded at once: such matrices are those of one layer.
final class EncodedBytes {
  private final OnnxContent.Encoded content;
  private final Weight source;

  EncodedBytes(OnnxContent.Encoded content) {
    this.content = content;
    this.source = content.weight().source();
  }

  void write(WritableByteChannel channel) throws IOException {
    int rows = Math.toIntExact(source.rows());
    int band = content.order() == Order.COLUMNS ? rows : rowsOfBlock(rows);
    for (int row = 0; row < rows; row += band) {
      TensorBytes.writeAll(bytes(row, Math.min(band, rows - row)), channel);
    }
  }

  /// Returns how many rows fit into a block: an even number, so that no byte holds parts of two
  /// blocks.
  private int rowsOfBlock(int rows) {
    long fitting = TensorBytes.BLOCK_BYTES / (4L * Math.max(1, source.rowLength()));
    return Math.clamp(fitting / 2 * 2, 2, Math.max(2, rows));
  }

  private ByteBuffer bytes(int first, int count) {
    return switch (content.weight().encoding()) {
      case Encoding.Half() -> halves(first, count);
      case Encoding.Integers integers -> {
        var encoded = IntegerRows.of(source, integers, first, count);
        int blocks = integers.blocks(source.rowLength());
        yield switch (content.part()) {
          case CODES -> {
            int shift = isUnsigned() ? encoded.unsignedShift() : 0;
            byte[] codes = encoded.codes();
            yield integers(integers.bits(), i -> codes[i] + shift, count, source.rowLength());
          }
          case SCALES -> scales(encoded.scales(), count, blocks);
          case ZEROS -> {
            byte[] zeros = encoded.zeros();
            yield integers(integers.bits(), i -> zeros[i], count, blocks);
          }
        };
      }
    };
  }

  private boolean isUnsigned() {
    return content.type() == ElementType.U8 || content.type() == ElementType.U4;
  }

  private ByteBuffer halves(int first, int count) {
    var values = new float[Math.multiplyExact(count, source.rowLength())];
    source.readRows(first, count, values, 0);
    var buffer = buffer(2 * values.length);
    for (int i = 0; i < values.length; i++) {
      buffer.putShort(Float.floatToFloat16(values[at(i, count, source.rowLength())]));
    }
    return buffer.flip();
  }

  private ByteBuffer scales(float[] scales, int rows, int columns) {
    var buffer = buffer(4 * scales.length);
    for (int i = 0; i < scales.length; i++) {
      buffer.putFloat(scales[at(i, rows, columns)]);
    }
    return buffer.flip();
  }

  private ByteBuffer integers(int bits, IntUnaryOperator element, int rows, int columns) {
    int count = rows * columns;
    var buffer = buffer(Math.ceilDiv(count * bits, Byte.SIZE));
    if (bits == Byte.SIZE) {
      for (int i = 0; i < count; i++) {
        buffer.put((byte) element.applyAsInt(at(i, rows, columns)));
      }
      return buffer.flip();
    }
    for (int i = 0; i < count; i += 2) {
      int low = element.applyAsInt(at(i, rows, columns)) & 15;
      int high = i + 1 < count ? element.applyAsInt(at(i + 1, rows, columns)) & 15 : 0;
      buffer.put((byte) (low | high << 4));
    }
    return buffer.flip();
  }

  /// Returns where the `i`th element of the file lies among rows of `columns` elements.
  private int at(int i, int rows, int columns) {
    return switch (content.order()) {
      case ROWS -> i;
      case COLUMNS -> i % rows * columns + i / rows;
    };
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
