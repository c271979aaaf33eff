package dev.embark.format.mlprogram;

import dev.embark.format.ModelFile;
import dev.embark.format.NewFile;
import dev.embark.format.TensorBytes;
import dev.embark.format.protobuf.Payload;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Weight files: MIL blob storage, version 2, little-endian.
///
/// A header of 64 bytes counts the blobs. Each blob begins at a multiple of 64 with 64 bytes of
/// metadata, by whose place the program finds it, and its data follow at once. See
/// <https://github.com/apple/coremltools/blob/main/mlmodel/src/MILBlob/Blob/StorageFormat.hpp>.
public final class BlobFile {
  private static final long VERSION = 2;
  private static final int SENTINEL = 0xDEADBEEF;
  private static final int ALIGNMENT = 64;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private BlobFile() {}

  /// A blob that is read: views of the mapped file.
  ///
  /// @param paddingBits bits of the last byte that belong to no element
  public record Blob(MilType type, MemorySegment data, int paddingBits) {}

  /// A blob that is to be written.
  ///
  /// @param count elements; those below a byte come packed
  public record Source(MilType type, long count, Payload data) {
    public Source {
      if (type.blobNumber() == 0 || data.byteSize() != type.bytes(count)) {
        throw new IllegalArgumentException(
            data.byteSize() + " bytes are not " + count + " of " + type);
      }
    }
  }

  /// Returns where the metadata of each blob will be, in order.
  public static List<Long> offsets(List<Source> sources) {
    var offsets = new ArrayList<Long>();
    long at = ALIGNMENT;
    for (var source : sources) {
      offsets.add(at);
      at = aligned(at + ALIGNMENT + source.data().byteSize());
    }
    return offsets;
  }

  /// Writes blobs to `file`, which must not exist.
  public static void write(List<Source> sources, Path file) {
    try (var output = NewFile.create(file)) {
      output.write(channel -> write(sources, channel));
      output.finish();
    }
  }

  private static void write(List<Source> sources, FileChannel channel) throws IOException {
    var header = block().putInt(sources.size()).putInt((int) VERSION);
    TensorBytes.writeAll(header.clear(), channel);
    long at = ALIGNMENT;
    for (var source : sources) {
      var gap = ByteBuffer.allocate(Math.toIntExact(aligned(at) - at));
      TensorBytes.writeAll(gap, channel);
      at = aligned(at);
      var metadata =
          block()
              .putInt(SENTINEL)
              .putInt(source.type().blobNumber())
              .putLong(source.data().byteSize())
              .putLong(at + ALIGNMENT)
              .putLong(source.type().paddingBits(source.count()));
      TensorBytes.writeAll(metadata.clear(), channel);
      source.data().writeTo(channel);
      at += ALIGNMENT + source.data().byteSize();
    }
  }

  private static ByteBuffer block() {
    return ByteBuffer.allocate(ALIGNMENT).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long aligned(long offset) {
    return Math.ceilDiv(offset, ALIGNMENT) * ALIGNMENT;
  }

  /// Maps a file and returns its blobs by the offset of their metadata; throws a `Problem` of
  /// category `BAD_INPUT` where anything in it is not as the format has it, or bytes are left over.
  public static Map<Long, Blob> read(Path file, Arena arena) {
    var bytes = ModelFile.map(file, arena);
    if (bytes.byteSize() < ALIGNMENT) {
      throw damaged(file, 0, "it is shorter than its header of " + ALIGNMENT + " bytes");
    }
    long count = Integer.toUnsignedLong(bytes.get(INT, 0));
    long version = Integer.toUnsignedLong(bytes.get(INT, Integer.BYTES));
    if (version != VERSION) {
      throw damaged(file, Integer.BYTES, "its version is " + version + ", expected " + VERSION);
    }
    requireZeros(file, bytes, 2 * Integer.BYTES, ALIGNMENT);
    var blobs = new TreeMap<Long, Blob>();
    long end = ALIGNMENT;
    for (long i = 0; i < count; i++) {
      long at = aligned(end);
      if (at + ALIGNMENT > bytes.byteSize()) {
        throw damaged(file, at, "it ends where blob " + i + " of " + count + " should begin");
      }
      requireZeros(file, bytes, end, at);
      var blob = blob(file, bytes, at);
      blobs.put(at, blob);
      end = at + ALIGNMENT + blob.data().byteSize();
    }
    if (end != bytes.byteSize()) {
      throw damaged(file, end, (bytes.byteSize() - end) + " bytes follow the last blob");
    }
    return blobs;
  }

  private static Blob blob(Path file, MemorySegment bytes, long at) {
    if (bytes.get(INT, at) != SENTINEL) {
      throw damaged(file, at, "no blob begins here");
    }
    long number = Integer.toUnsignedLong(bytes.get(INT, at + 4));
    long size = bytes.get(LONG, at + 8);
    long data = bytes.get(LONG, at + 16);
    long padding = bytes.get(LONG, at + 24);
    if (data != at + ALIGNMENT) {
      throw damaged(file, at, "its data are said to be at " + data);
    }
    if (size < 0 || size > bytes.byteSize() - data) {
      throw damaged(file, at, "its " + Long.toUnsignedString(size) + " bytes leave the file");
    }
    if (padding < 0 || padding >= Byte.SIZE) {
      throw damaged(file, at, Long.toUnsignedString(padding) + " bits of its last byte are unused");
    }
    requireZeros(file, bytes, at + 32, data);
    var type =
        MilType.ofBlob(number)
            .orElseThrow(() -> damaged(file, at, number + " is no type of elements"));
    return new Blob(type, bytes.asSlice(data, size), (int) padding);
  }

  private static void requireZeros(Path file, MemorySegment bytes, long from, long to) {
    for (long at = from; at < to; at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) != 0) {
        throw damaged(file, at, "a reserved byte is not 0");
      }
    }
  }

  private static Problem damaged(Path file, long at, String how) {
    return new Problem(
        Category.BAD_INPUT,
        file + " is damaged at byte " + at + ": " + how + ".",
        "It is truncated, or no weight file of Core ML.",
        "Fetch or convert the model again.");
  }
}
