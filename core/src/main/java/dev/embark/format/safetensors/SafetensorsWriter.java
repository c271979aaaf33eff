package dev.embark.format.safetensors;

import static java.util.Objects.requireNonNull;

import dev.embark.format.NewFile;
import dev.embark.format.TensorBytes;
import dev.embark.format.WeightBytes;
import dev.embark.format.json.Json;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

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

  /// Writes weights as 32-bit floats, each made while it is written.
  static void writeFloats(Path file, Map<String, Weight> weights, Map<String, String> metadata) {
    var names = List.copyOf(new TreeMap<>(weights).keySet());
    var json = json(new TreeMap<>(metadata));
    long begin = 0;
    for (var name : names) {
      var shape = weight(weights, name).shape();
      long end = begin + shape.elementCount() * ElementType.F32.byteSize();
      entry(json, name, ElementType.F32, shape).putArray("data_offsets").add(begin).add(end);
      begin = end;
    }
    var header = framed(json);
    try (var written = NewFile.create(file)) {
      written.write(channel -> {
        TensorBytes.writeAll(header, channel);
        for (var name : names) {
          WeightBytes.write(weight(weights, name), channel);
        }
      });
      written.finish();
    }
  }

  private static Weight weight(Map<String, Weight> weights, String name) {
    return requireNonNull(weights.get(name));
  }

  private static ByteBuffer header(
      List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) {
    var json = json(metadata);
    long begin = 0;
    for (var entry : tensors) {
      var tensor = entry.getValue();
      long end = begin + tensor.bytes().byteSize();
      entry(json, entry.getKey(), tensor.type(), tensor.shape())
          .putArray("data_offsets")
          .add(begin)
          .add(end);
      begin = end;
    }
    return framed(json);
  }

  private static ObjectNode json(Map<String, String> metadata) {
    var json = Json.object();
    if (!metadata.isEmpty()) {
      var texts = json.putObject("__metadata__");
      metadata.forEach(texts::put);
    }
    return json;
  }

  private static ObjectNode entry(ObjectNode json, String name, ElementType type, Shape shape) {
    var node = json.putObject(name);
    node.put("dtype", type.name());
    var sizes = node.putArray("shape");
    for (long size : shape.sizes()) {
      sizes.add(size);
    }
    return node;
  }

  private static ByteBuffer framed(ObjectNode json) {
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
