package dev.embark.format.bmodel;

import dev.embark.format.ModelFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/// What a `.bmodel` says of itself: a header of 64 bytes, a FlatBuffer that describes the networks,
/// and their weights and instructions.
///
/// See `bmodel.fbs` in <https://github.com/sophgo/tpu-mlir>.
///
/// @param version of the format and of the compiler, such as `2.2+v1.30.2-20260831`
/// @param time when it was compiled
/// @param chip such as `BM1684X`
/// @param bytes of the whole file
public record BmodelFile(
    String version, String time, String chip, List<Network> networks, long bytes) {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int MAGIC = 0xFF55AAEE;
  private static final int HEADER = 64;

  /// How names of such files end.
  public static final String EXTENSION = ".bmodel";

  private static final List<String> TYPES =
      List.of(
          "FLOAT32",
          "FLOAT16",
          "INT8",
          "UINT8",
          "INT16",
          "UINT16",
          "INT32",
          "UINT32",
          "BFLOAT16",
          "INT4",
          "UINT4");

  public BmodelFile {
    networks = List.copyOf(networks);
  }

  /// Returns the bytes of all weights, those that several networks have counted once.
  public long weightBytes() {
    return networks.stream()
        .flatMap(network -> network.stages().stream())
        .map(Stage::weights)
        .distinct()
        .mapToLong(Weights::bytes)
        .sum();
  }

  /// A network.
  ///
  /// @param stages the sizes it was compiled for, one after the other
  public record Network(String name, List<Stage> stages) {
    public Network {
      stages = List.copyOf(stages);
    }
  }

  /// Where weights lie among the binary data; those of two networks may be the same.
  public record Weights(long start, long bytes) {}

  /// A network for inputs of certain sizes.
  public record Stage(List<Tensor> inputs, List<Tensor> outputs, Weights weights) {
    public Stage {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /// An input or output.
  ///
  /// @param type such as `FLOAT32`
  public record Tensor(String name, String type, List<Long> shape) {
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  /// Reads a file; throws a `Problem` of category `BAD_INPUT` for a damaged one.
  public static BmodelFile read(Path file) {
    try (var arena = Arena.ofConfined()) {
      var bytes = ModelFile.map(file, arena);
      if (bytes.byteSize() < HEADER || bytes.get(INT, 0) != MAGIC) {
        throw damaged(file, "it does not begin as such files do");
      }
      long header = Integer.toUnsignedLong(bytes.get(INT, 4));
      long description = Integer.toUnsignedLong(bytes.get(INT, 8));
      long rest = Integer.toUnsignedLong(bytes.get(INT, 12));
      if (header != HEADER || header + description + rest != bytes.byteSize()) {
        throw damaged(
            file,
            "it has %d bytes, its header says %d"
                .formatted(bytes.byteSize(), header + description + rest));
      }
      var model = FlatTable.root(bytes.asSlice(header, description), file);
      return new BmodelFile(
          model.text(1),
          model.text(2).strip(),
          model.text(3),
          model.tables(4).stream().map(BmodelFile::network).toList(),
          bytes.byteSize());
    }
  }

  private static Problem damaged(Path file, String how) {
    return new Problem(
        Category.BAD_INPUT,
        file + " is no .bmodel: " + how + ".",
        "It is truncated, or of another format than its name says.",
        "Fetch or convert the model again.");
  }

  private static Network network(FlatTable net) {
    return new Network(
        net.text(0),
        net.tables(3).stream()
            .map(stage -> new Stage(tensors(stage, 0), tensors(stage, 1), weights(stage)))
            .toList());
  }

  private static Weights weights(FlatTable stage) {
    return stage
        .table(4)
        .map(memory -> new Weights(memory.inStructure(2, 0), memory.inStructure(2, 1)))
        .orElse(new Weights(0, 0));
  }

  private static List<Tensor> tensors(FlatTable stage, int field) {
    return stage.tables(field).stream()
        .map(tensor -> new Tensor(tensor.text(0), type(tensor.number(1)), shape(tensor)))
        .toList();
  }

  private static String type(int number) {
    return number >= 0 && number < TYPES.size() ? TYPES.get(number) : "type " + number;
  }

  /// Several shapes are those of several cores, of which the first is the whole.
  private static List<Long> shape(FlatTable tensor) {
    return tensor.tables(5).stream().findFirst().map(shape -> shape.longs(0)).orElse(List.of());
  }
}
