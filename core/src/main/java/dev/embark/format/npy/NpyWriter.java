package dev.embark.format.npy;

import dev.embark.format.NewFile;
import dev.embark.format.TensorBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/// Writes float32 vectors one by one to an npy file of shape `[vectors, dimension]`.
///
/// How many there are is known only at the end: room for the header is kept free, and [#finish()]
/// fills it. Closed without it, the file is deleted. The bytes are those of `numpy.save`.
public final class NpyWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final NewFile file;
  private final int dimension;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long rows;

  private NpyWriter(NewFile file, int dimension) {
    this.file = file;
    this.dimension = dimension;
    buffer.put(NpyHeader.float32Matrix(0, dimension));
  }

  /// Creates a file, which must not exist yet, for vectors of a length.
  public static NpyWriter create(Path path, int dimension) {
    return new NpyWriter(NewFile.create(path), dimension);
  }

  /// Appends a vector.
  public void write(float[] vector) {
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "a vector of length " + vector.length + " in an array of width " + dimension);
    }
    for (float value : vector) {
      if (buffer.remaining() < Float.BYTES) {
        flush();
      }
      buffer.putFloat(value);
    }
    rows++;
  }

  /// Completes the file.
  public void finish() {
    flush();
    file.write(channel -> {
      channel.position(0);
      TensorBytes.writeAll(NpyHeader.float32Matrix(rows, dimension), channel);
    });
    file.finish();
  }

  @Override
  public void close() {
    file.close();
  }

  private void flush() {
    file.write(channel -> TensorBytes.writeAll(buffer.flip(), channel));
    buffer.clear();
  }
}
