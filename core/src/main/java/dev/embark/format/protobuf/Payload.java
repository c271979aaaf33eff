package dev.embark.format.protobuf;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/// Bytes whose number is known before they are produced.
public interface Payload {
  /// Returns how many bytes [#writeTo] writes.
  long byteSize();

  /// Writes exactly [#byteSize()] bytes, the same ones at every call.
  void writeTo(WritableByteChannel channel) throws IOException;
}
