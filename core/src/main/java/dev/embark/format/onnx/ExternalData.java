package dev.embark.format.onnx;

import dev.embark.format.TensorBytes;
import dev.embark.format.protobuf.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/// The file beside a large model that holds its tensors: payloads at aligned offsets, zeros
/// between.
///
/// ONNX Runtime maps external data instead of copying it where the offset is a multiple of 4 KiB,
/// on Windows of 64 KiB. Large tensors get the coarser alignment, on every machine, so that the
/// bytes do not depend on where they were written; for small ones it would be mostly padding.
final class ExternalData {
  private static final long BYTES_MIN = 1 << 10;
  private static final long LARGE_BYTES = 1 << 20;
  private static final int ALIGNMENT = 1 << 12;
  private static final int ALIGNMENT_LARGE = 1 << 16;

  private final String location;
  private final List<Payload> payloads = new ArrayList<>();
  private long end;

  private ExternalData(String location) {
    this.location = location;
  }

  /// Returns external data that takes nothing: every tensor stays in the model file.
  static ExternalData none() {
    return new ExternalData("");
  }

  /// Returns external data in the file `location` beside the model.
  static ExternalData in(String location) {
    return new ExternalData(location);
  }

  String location() {
    return location;
  }

  boolean takes(Payload payload) {
    return !location.isEmpty() && payload.byteSize() >= BYTES_MIN;
  }

  /// Adds a payload and returns the offset where it will lie.
  long add(Payload payload) {
    long offset = align(end, payload);
    payloads.add(payload);
    end = offset + payload.byteSize();
    return offset;
  }

  boolean isEmpty() {
    return payloads.isEmpty();
  }

  void writeTo(WritableByteChannel channel) throws IOException {
    long at = 0;
    for (var payload : payloads) {
      long offset = align(at, payload);
      TensorBytes.writeAll(ByteBuffer.allocate(Math.toIntExact(offset - at)), channel);
      payload.writeTo(channel);
      at = offset + payload.byteSize();
    }
  }

  private static long align(long position, Payload payload) {
    int alignment = payload.byteSize() >= LARGE_BYTES ? ALIGNMENT_LARGE : ALIGNMENT;
    return Math.ceilDiv(position, alignment) * (long) alignment;
  }
}
