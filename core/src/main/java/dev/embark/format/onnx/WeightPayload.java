package dev.embark.format.onnx;

import dev.embark.format.TensorBytes;
import dev.embark.format.WeightBytes;
import dev.embark.format.protobuf.Payload;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/// The raw data of an initializer: row-major, little-endian, made a block of rows at a time.
record WeightPayload(OnnxContent content) implements Payload {
  @Override
  public long byteSize() {
    return content.type().bytes(content.shape().elementCount());
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    switch (content) {
      case OnnxContent.Stored(var tensor) -> TensorBytes.write(tensor.bytes(), channel);
      case OnnxContent.Streamed(var weight) -> WeightBytes.write(weight, channel);
      case OnnxContent.Encoded encoded -> new EncodedBytes(encoded).write(channel);
      case OnnxContent.Elsewhere elsewhere ->
          throw new IllegalStateException(elsewhere + " has no bytes of its own");
    }
  }
}
