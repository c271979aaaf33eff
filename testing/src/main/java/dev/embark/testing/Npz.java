package dev.embark.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A NumPy archive in the making: samples for a stranger.
public final class Npz {
  private final Map<String, byte[]> arrays = new TreeMap<>();

  /// Adds `int32[samples, 1, n]`.
  public Npz integers(String name, long[][] rows) {
    var data = buffer(rows.length * rows[0].length);
    for (var row : rows) {
      for (long value : row) {
        data.putInt((int) value);
      }
    }
    arrays.put(name, npy("<i4", "%d, 1, %d".formatted(rows.length, rows[0].length), data));
    return this;
  }

  /// Adds `float32[samples, 1, n]`.
  public Npz floats(String name, float[][] rows) {
    var data = buffer(rows.length * rows[0].length);
    for (var row : rows) {
      for (float value : row) {
        data.putFloat(value);
      }
    }
    arrays.put(name, npy("<f4", "%d, 1, %d".formatted(rows.length, rows[0].length), data));
    return this;
  }

  private static ByteBuffer buffer(int count) {
    return ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] npy(String type, String shape, ByteBuffer data) {
    var header = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape);
    var padded = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    var bytes = new byte[10 + padded.length() + data.capacity()];
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .put(data.flip());
    return bytes;
  }

  /// Writes the archive.
  public void write(Path file) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var array : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
        zip.write(array.getValue());
        zip.closeEntry();
      }
    }
  }
}
