package dev.embark.format.safetensors;

import dev.embark.format.NewFile;
import dev.embark.format.TensorBytes;
import dev.embark.format.json.Json;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes the layout that [Safetensors] describes, streaming the data.
final class SafetensorsWriter {
  /// The data starts at a multiple of this, so that every element can be read aligned.
  private static final int ALIGNMENT = 8;

  /// The reference implementation's order of types: wide elements first.
  private static final List<ElementType> ORDER =
      List.of(
          ElementType.I64,
          ElementType.F64,
          ElementType.F32,
          ElementType.I32,
          ElementType.BF16,
          ElementType.F16,
          ElementType.I16,
          ElementType.I8,
          ElementType.U8,
          ElementType.BOOL);

  private SafetensorsWriter() {}

  static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    var ordered =
        tensors.entrySet().stream()
            .sorted(
                Comparator.<Map.Entry<String, Tensor>>comparingInt(
                        entry -> ORDER.indexOf(entry.getValue().type()))
                    .thenComparing(Map.Entry::getKey))
            .toList();
    var header = header(ordered, new TreeMap<>(metadata));
    try (var written = NewFile.create(file)) {
      written.write(channel -> {
        TensorBytes.writeAll(header, channel);
        for (var entry : ordered) {
          TensorBytes.write(entry.getValue().bytes(), channel);
        }
      });
      written.finish();
    }
  }

  private static ByteBuffer header(
      List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) {
    var json = Json.object();
    if (!metadata.isEmpty()) {
      var texts = json.putObject("__metadata__");
      metadata.forEach(texts::put);
    }
    long begin = 0;
    for (var entry : tensors) {
      var tensor = entry.getValue();
      long end = begin + tensor.bytes().byteSize();
      var node = json.putObject(entry.getKey());
      node.put("dtype", tensor.type().name());
      var shape = node.putArray("shape");
      for (long size : tensor.shape().sizes()) {
        shape.add(size);
      }
      node.putArray("data_offsets").add(begin).add(end);
      begin = end;
    }
    var text = Json.line(json).getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(text.length, ALIGNMENT) * ALIGNMENT;
    var header = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }
}
