package dev.embark.format.safetensors;

import dev.embark.format.ModelFile;
import dev.embark.format.ShardIndex;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// safetensors files, mapped: no element is copied to the heap.
///
/// Byte layout ([specification](https://github.com/huggingface/safetensors#format)):
///
/// | bytes | content |
/// |---|---|
/// | 8 | `N`, length of the header, unsigned, little-endian, at most 100,000,000 |
/// | `N` | header: one JSON object in UTF-8 that starts with `{`; spaces may follow it |
/// | rest | data: the elements of all tensors, row-major, little-endian |
///
/// The header has one member per tensor, its name the tensor's, its value `{"dtype": "F32",
/// "shape": [2, 3], "data_offsets": [0, 24]}`: first byte and byte after the last one, counted from
/// the start of the data. Together the ranges cover the data without a hole or an overlap. The
/// member `__metadata__` is no tensor but a map from strings to strings.
///
/// A checkpoint of several files has an index, `model.safetensors.index.json`; see [ShardIndex].
public final class Safetensors {
  /// How names of such files end.
  public static final String EXTENSION = ".safetensors";

  /// Limit of the reference implementation.
  private static final long HEADER_BYTES_MAX = 100_000_000;

  private static final int LENGTH_BYTES = Long.BYTES;
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Safetensors() {}

  /// Maps a file and returns its tensors by name; their memory is released with `arena`.
  public static SortedMap<String, Tensor> open(Path file, Arena arena) {
    var bytes = ModelFile.map(file, arena);
    var headerBytes = header(file, bytes);
    var header = new HeaderReader(file).read(headerBytes.toArray(ValueLayout.JAVA_BYTE));
    var data = bytes.asSlice(LENGTH_BYTES + headerBytes.byteSize());
    new Coverage(file).check(header, data.byteSize());
    var tensors = new TreeMap<String, Tensor>();
    for (var entry : header) {
      tensors.put(
          entry.name(),
          new Tensor(entry.type(), entry.shape(), data.asSlice(entry.begin(), entry.byteSize())));
    }
    return Collections.unmodifiableSortedMap(tensors);
  }

  /// Returns what `__metadata__` of a file says; nothing where there is none.
  public static SortedMap<String, String> metadata(Path file) {
    try (var arena = Arena.ofConfined()) {
      var reader = new HeaderReader(file);
      reader.read(header(file, ModelFile.map(file, arena)).toArray(ValueLayout.JAVA_BYTE));
      return reader.metadata();
    }
  }

  /// Returns the bytes of the header of a mapped file.
  private static MemorySegment header(Path file, MemorySegment bytes) {
    if (bytes.byteSize() < LENGTH_BYTES) {
      throw damaged(
          file,
          "has " + bytes.byteSize() + " bytes; the length of its header alone takes 8.",
          "The file is empty or truncated.");
    }
    long length = bytes.get(LENGTH, 0);
    long available = bytes.byteSize() - LENGTH_BYTES;
    if (length < 0 || length > HEADER_BYTES_MAX) {
      throw damaged(
          file,
          "announces a header of "
              + Long.toUnsignedString(length)
              + " bytes; at most "
              + HEADER_BYTES_MAX
              + " are allowed.",
          "It is no safetensors file, or its first bytes are damaged.");
    }
    if (length > available) {
      throw damaged(
          file,
          "announces a header of " + length + " bytes, but only " + available + " follow.",
          "The file is truncated.");
    }
    return bytes.asSlice(LENGTH_BYTES, length);
  }

  /// Maps all files of an index and returns the tensors it lists by name.
  ///
  /// The index decides: what a file holds beyond it is left aside.
  public static SortedMap<String, Tensor> openIndex(Path index, Arena arena) {
    return ShardIndex.open(index, shard -> open(shard, arena));
  }

  /// Writes weights as 32-bit floats under their names, a block of rows at a time; `file` must not
  /// exist.
  public static void writeFloats(
      Path file, Map<String, Weight> weights, Map<String, String> metadata) {
    SafetensorsWriter.writeFloats(file, weights, metadata);
  }

  /// Writes tensors to a file that does not exist yet, the same bytes for the same tensors.
  ///
  /// As in the reference implementation wide elements come first and names are in order, which
  /// leaves every tensor aligned to its element size.
  ///
  /// @param metadata what becomes `__metadata__`; transformers wants `format` to be `pt`
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    SafetensorsWriter.write(file, tensors, metadata);
  }

  static Problem damaged(Path file, String what, String why) {
    return new Problem(
        Category.BAD_INPUT, file + " " + what, why, "Fetch or export the file again.");
  }
}
