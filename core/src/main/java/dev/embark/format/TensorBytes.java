package dev.embark.format;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// Memory of any size on its way into a file, a block at a time.
public final class TensorBytes {
  /// The largest piece handed to a channel at once.
  public static final int BLOCK_BYTES = 1 << 20;

  private TensorBytes() {}

  /// Writes all bytes of `source`, native memory without a copy on the heap.
  public static void write(MemorySegment source, WritableByteChannel channel) throws IOException {
    for (long at = 0; at < source.byteSize(); at += BLOCK_BYTES) {
      var block = source.asSlice(at, Math.min(BLOCK_BYTES, source.byteSize() - at));
      writeAll(buffer(block), channel);
    }
  }

  /// Writes everything that remains in `buffer`, however little the channel takes at a time.
  public static void writeAll(ByteBuffer buffer, WritableByteChannel channel) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /// Only memory outside the heap and byte arrays can be seen as a buffer; float arrays cannot.
  private static ByteBuffer buffer(MemorySegment block) {
    if (block.isNative()) {
      return block.asByteBuffer();
    }
    var copy = new byte[Math.toIntExact(block.byteSize())];
    MemorySegment.ofArray(copy).copyFrom(block);
    return ByteBuffer.wrap(copy);
  }
}
