package dev.embark.format.mlprogram;

import dev.embark.format.protobuf.Payload;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// Bytes that are there already.
record InMemory(MemorySegment bytes) implements Payload {
  @Override
  public long byteSize() {
    return bytes.byteSize();
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    channel.write(ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE)));
  }
}
