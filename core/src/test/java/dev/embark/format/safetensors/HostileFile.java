package dev.embark.format.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Files put together by hand, right or wrong.
final class HostileFile {
  private HostileFile() {}

  static Path withHeader(Path folder, String header, byte[] data) throws IOException {
    var text = header.getBytes(StandardCharsets.UTF_8);
    return withLength(folder, text.length, text, data);
  }

  static Path withLength(Path folder, long length, byte[] header, byte[] data) throws IOException {
    var bytes =
        ByteBuffer.allocate(8 + header.length + data.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(length)
            .put(header)
            .put(data);
    return Files.write(folder.resolve("model.safetensors"), bytes.array());
  }
}
