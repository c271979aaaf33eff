package dev.embark.format.onnx;

import dev.embark.format.ModelFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Where the tensors of one model file take their memory and their external data from.
final class Tensors {
  private final Path file;
  private final Arena arena;
  private final Map<String, MemorySegment> externalFiles = new HashMap<>();

  Tensors(Path file, Arena arena) {
    this.file = file;
    this.arena = arena;
  }

  /// Returns the type with a number of `TensorProto.DataType`; `owner` has it.
  ElementType type(long number, String owner) {
    return OnnxType.numbered(number)
        .flatMap(OnnxType::elementType)
        .orElseThrow(() ->
            new Problem(
                Category.UNSUPPORTED,
                file
                    + ": "
                    + owner
                    + " is of type "
                    + OnnxType.numbered(number).map(Enum::name).orElse("number " + number)
                    + ", which Embark does not read.",
                "",
                "Export the model with float or integer tensors."));
  }

  /// Returns new memory that lives as long as the mapped file.
  MemorySegment allocate(long byteSize) {
    return arena.allocate(byteSize, Long.BYTES);
  }

  /// Returns the content of a file beside the model, mapped once.
  MemorySegment externalFile(String location) {
    return externalFiles.computeIfAbsent(
        location, name -> ModelFile.map(ModelFile.beside(file, name), arena));
  }

  /// Returns the content of the model file.
  MemorySegment modelFile() {
    return externalFile(file.getFileName().toString());
  }

  /// Returns in which file a tensor lies, nothing where it lies in memory only.
  Optional<OnnxContent.Elsewhere> place(Tensor tensor) {
    for (var each : externalFiles.entrySet()) {
      long offset = tensor.bytes().address() - each.getValue().address();
      if (offset >= 0 && offset + tensor.bytes().byteSize() <= each.getValue().byteSize()) {
        return Optional.of(
            new OnnxContent.Elsewhere(tensor.type(), tensor.shape(), each.getKey(), offset));
      }
    }
    return Optional.empty();
  }

  /// Returns the problem that the values of `owner` are not as they must be.
  Problem damaged(String owner, String how) {
    return new Problem(
        Category.BAD_INPUT,
        file + ": " + owner + " " + how + ".",
        "The file is damaged or was written by a faulty tool.",
        "Fetch or export the model again.");
  }
}
