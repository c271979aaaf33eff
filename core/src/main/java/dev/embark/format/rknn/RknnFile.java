package dev.embark.format.rknn;

import dev.embark.format.ModelFile;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What a `.rknn` file says of itself: a frame, a FlatBuffer that only the vendor reads, and a
/// description in JSON that ends with the file.
///
/// @param format version of the frame
/// @param chips that it was built for
/// @param toolkit version of the compiler
/// @param size of the file, in bytes
/// @param digest SHA-256 of the ONNX file that it was built from, and of its external data behind
///   it, where Embark built it
public record RknnFile(
    long format,
    List<String> chips,
    String toolkit,
    List<Tensor> inputs,
    List<Tensor> outputs,
    long size,
    Optional<String> digest) {
  /// The ending of such files.
  public static final String EXTENSION = ".rknn";

  /// What comes before the digest in the text that a file carries.
  public static final String MARK = "embark onnx sha256 ";

  private static final int HEADER = 64;
  private static final int DIGEST_LETTERS = 64;

  /// The text lies near the beginning of the FlatBuffer.
  private static final int SEARCHED = 1 << 16;

  private static final String MAGIC = "RKNN";
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public RknnFile {
    chips = List.copyOf(chips);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /// An input or output.
  public record Tensor(String name, List<Long> shape) {
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  /// Reads a file; throws a `Problem` of category `BAD_INPUT` for a damaged one.
  public static RknnFile read(Path file) {
    try (var arena = Arena.ofConfined()) {
      var bytes = ModelFile.map(file, arena);
      if (bytes.byteSize() < HEADER + 16
          || !text(bytes, 0, 8).equals(MAGIC + "\0\0\0\0")
          || !text(bytes, HEADER + 4L, 4).equals(MAGIC)) {
        throw damaged(file, "it does not begin as such files do");
      }
      long content = bytes.get(LONG, 16);
      long most = bytes.byteSize() - HEADER - Long.BYTES;
      if (content < 8 || content > most) {
        throw damaged(file, "it has %d bytes, its header says more".formatted(bytes.byteSize()));
      }
      long trailer = bytes.get(LONG, HEADER + content);
      if (trailer != most - content) {
        throw damaged(
            file,
            "it has %d bytes, %d are missing or too many"
                .formatted(bytes.byteSize(), trailer - (most - content)));
      }
      var json =
          bytes.asSlice(HEADER + content + Long.BYTES, trailer).toArray(ValueLayout.JAVA_BYTE);
      return described(
          Json.parseObject(json, file + "'s description"),
          bytes.get(LONG, 8),
          bytes.byteSize(),
          digest(text(bytes, HEADER, Math.min(SEARCHED, content))));
    }
  }

  private static RknnFile described(
      JsonNode json, long format, long size, Optional<String> digest) {
    var chips = new ArrayList<String>();
    json.path("target_platform").forEach(chip -> chips.add(chip.asString()));
    return new RknnFile(
        format,
        chips,
        json.path("version").asString(),
        tensors(json, "input"),
        tensors(json, "output"),
        size,
        digest);
  }

  private static List<Tensor> tensors(JsonNode json, String side) {
    var tensors = new ArrayList<Tensor>();
    for (var port : json.path("graph")) {
      if (port.path("left").asString("").equals(side)) {
        long wanted = port.path("right_tensor_id").asLong(-1);
        for (var tensor : json.path("norm_tensor")) {
          if (tensor.path("tensor_id").asLong(-2) == wanted) {
            tensors.add(tensor(tensor));
          }
        }
      }
    }
    return tensors;
  }

  private static Tensor tensor(JsonNode tensor) {
    var sizes = new ArrayList<Long>();
    tensor.path("size").forEach(size -> sizes.add(size.asLong()));
    return new Tensor(tensor.path("url").asString(), sizes);
  }

  private static Optional<String> digest(String text) {
    int at = text.indexOf(MARK);
    int from = at + MARK.length();
    return at < 0 || from + DIGEST_LETTERS > text.length()
        ? Optional.empty()
        : Optional.of(text.substring(from, from + DIGEST_LETTERS));
  }

  private static String text(MemorySegment bytes, long from, long count) {
    return new String(
        bytes.asSlice(from, count).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
  }

  private static Problem damaged(Path file, String how) {
    return new Problem(
        Category.BAD_INPUT,
        file + " is no .rknn: " + how + ".",
        "It is truncated, or of another format than its name says.",
        "Fetch or convert the model again.");
  }
}
