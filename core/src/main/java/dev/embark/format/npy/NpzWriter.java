package dev.embark.format.npy;

import dev.embark.format.WeightBytes;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Weight;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// NumPy archives of 32-bit floats, stored and not packed: the compiler ends where it meets packed
/// ones. A stored entry says its check sum before its bytes, so that each weight is made twice.
public final class NpzWriter {
  private NpzWriter() {}

  /// Writes an archive with a member for each weight; the same weights give the same bytes.
  public static void write(Map<String, Weight> weights, Path file) {
    try (var zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      for (var entry : weights.entrySet()) {
        write(entry.getKey(), entry.getValue(), zip);
      }
    } catch (IOException e) {
      throw new Problem(
          Category.UNWRITABLE,
          "Cannot write " + file + ".",
          String.valueOf(e.getMessage()),
          "Check the space left and the permissions there.",
          e);
    }
  }

  private static void write(String name, Weight weight, ZipOutputStream zip) throws IOException {
    var header = NpyHeader.float32(weight.shape()).array();
    long bytes = header.length + Float.BYTES * weight.shape().elementCount();
    var sum = new CRC32();
    writeTo(header, weight, new CheckedOutputStream(OutputStream.nullOutputStream(), sum));
    var entry = new ZipEntry(name + ".npy");
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes);
    entry.setCompressedSize(bytes);
    entry.setCrc(sum.getValue());
    // The same weights are the same bytes.
    entry.setLastModifiedTime(FileTime.fromMillis(0));
    zip.putNextEntry(entry);
    writeTo(header, weight, zip);
    zip.closeEntry();
  }

  private static void writeTo(byte[] header, Weight weight, OutputStream target)
      throws IOException {
    target.write(header);
    // Not closed: the archive goes on.
    WritableByteChannel channel = Channels.newChannel(target);
    WeightBytes.write(weight, channel);
  }
}
