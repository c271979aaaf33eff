package dev.embark.format.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A pickle put together by hand, right or wrong, and files around it.
final class Pickle {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /// Starts a pickle of protocol 2.
  static Pickle start() {
    return new Pickle().raw(0x80, 2);
  }

  /// Returns the pickle of a dictionary with the tensor `a`: two floats of storage `0`.
  static Pickle sound() {
    return start().op('}').text("a").tensor("FloatStorage", 2, 0, "2", "1").op('s').op('.');
  }

  Pickle raw(int... codes) {
    for (int code : codes) {
      bytes.write(code);
    }
    return this;
  }

  Pickle op(char code) {
    return raw(code);
  }

  Pickle ascii(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Pickle text(String text) {
    var utf8 = text.getBytes(StandardCharsets.UTF_8);
    op('X').little(utf8.length, 4);
    bytes.writeBytes(utf8);
    return this;
  }

  /// Writes the lowest `count` bytes of a number.
  Pickle little(long number, int count) {
    for (int i = 0; i < count; i++) {
      bytes.write((int) (number >> (8 * i)));
    }
    return this;
  }

  Pickle whole(long number) {
    return raw(0x8a, 8).little(number, 8);
  }

  Pickle global(String module, String name) {
    return op('c').ascii(module + "\n" + name + "\n");
  }

  /// Writes a storage with key `0`.
  Pickle storage(String type, long count) {
    return op('(')
        .text("storage")
        .global("torch", type)
        .text("0")
        .text("cpu")
        .whole(count)
        .op('t')
        .op('Q');
  }

  /// Writes a tensor; sizes and strides are numbers with commas between them.
  Pickle tensor(String type, long count, long offset, String sizes, String strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op('(')
        .storage(type, count)
        .whole(offset)
        .numbers(sizes)
        .numbers(strides)
        .raw(0x89)
        .op('}')
        .op('t')
        .op('R');
  }

  private Pickle numbers(String list) {
    op('(');
    for (var number : list.isEmpty() ? new String[0] : list.split(",", -1)) {
      whole(Long.parseLong(number));
    }
    return op('t');
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  /// Writes the zip layout, with eight bytes in storage `0`.
  Path zip(Path folder) throws IOException {
    return zip(folder, Map.of("m/data/0", new byte[8]));
  }

  Path zip(Path folder, Map<String, byte[]> others) throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    entries.put("m/data.pkl", toBytes());
    entries.putAll(others);
    return Files.write(folder.resolve("pytorch_model.bin"), stored(entries));
  }

  /// Returns a zip file of entries that are stored as they are.
  static byte[] stored(Map<String, byte[]> entries) throws IOException {
    var file = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(file)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (var entry : entries.entrySet()) {
        var crc = new CRC32();
        crc.update(entry.getValue());
        var header = new ZipEntry(entry.getKey());
        header.setSize(entry.getValue().length);
        header.setCrc(crc.getValue());
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
    }
    return file.toByteArray();
  }

  /// Writes the layout before PyTorch 1.6: this pickle, the key `0`, and what follows it.
  Path sequence(Path folder, long count, byte[] data) throws IOException {
    var system = start().op('}').text("little_endian").raw(0x88).op('s').op('.');
    return sequence(folder, 1001, system, tail(count, data));
  }

  Path sequence(Path folder, int version, Pickle system, byte[] tail) throws IOException {
    var file = new Pickle();
    file.raw(0x80, 2, 0x8a, 10).raw(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);
    file.op('.');
    file.bytes.writeBytes(start().whole(version).op('.').toBytes());
    file.bytes.writeBytes(system.toBytes());
    file.bytes.writeBytes(toBytes());
    file.bytes.writeBytes(tail);
    return Files.write(folder.resolve("pytorch_model.bin"), file.toBytes());
  }

  static byte[] tail(long count, byte[] data) {
    var keys = start().op(']').text("0").op('a').op('.').toBytes();
    return ByteBuffer.allocate(keys.length + 8 + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(keys)
        .putLong(count)
        .put(data)
        .array();
  }
}
