package dev.embark.format.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFileTest {
  private static final Path REFERENCE = Path.of("src/test/resources/format/torch/reference");

  private final Arena arena = Arena.ofShared();
  @TempDir Path folder;

  @AfterEach
  void unmap() {
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"every-type-zip.bin", "every-type-sequence.bin"})
  void readsEveryElementTypeOfTheReferenceImplementation(String name) {
    var tensors = open(name);

    assertThat(tensors).hasSize(14);
    assertThat(floats(get(tensors, "f64"))).containsExactly(1.5f, -2.25f);
    assertThat(floats(get(tensors, "f32"))).containsExactly(1.5f, -2.25f);
    assertThat(floats(get(tensors, "f16"))).containsExactly(0.5f, -65504);
    assertThat(floats(get(tensors, "bf16"))).containsExactly(1, -2);
    assertThat(get(tensors, "i64").integer(0)).isEqualTo(1L << 40);
    assertThat(get(tensors, "i32").integer(0)).isEqualTo(1 << 20);
    assertThat(get(tensors, "i16").integer(0)).isEqualTo(1 << 10);
    assertThat(get(tensors, "i8").integer(1)).isEqualTo(-1);
    assertThat(get(tensors, "u8").integer(1)).isEqualTo(255);
    assertThat(get(tensors, "bool").integer(0)).isEqualTo(1);
    assertThat(get(tensors, "matrix").shape()).isEqualTo(Shape.of(2, 3));
    assertThat(floats(get(tensors, "matrix"))).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(floats(get(tensors, "scalar"))).containsExactly(7);
    assertThat(get(tensors, "scalar").shape()).isEqualTo(Shape.of(new long[0]));
    assertThat(get(tensors, "empty").shape()).isEqualTo(Shape.of(0, 4));
    assertThat(floats(get(tensors, "parameter"))).containsExactly(3, 4);
    assertThat(tensors.values().stream().map(Tensor::type).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ElementType.values()).filter(ElementType::isWhole).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"every-type-zip.bin", "every-type-sequence.bin"})
  void tensorsAreViewsOfTheMappedFile(String name) {
    var tensors = open(name);

    assertThat(tensors.values()).allMatch(tensor -> tensor.bytes().isMapped());
    assertThat(tensors.values()).allMatch(tensor -> tensor.bytes().isReadOnly());
  }

  @ParameterizedTest
  @ValueSource(strings = {"shared-zip.bin", "shared-sequence.bin"})
  void tensorsShareAStorage(String name) {
    var tensors = open(name);

    assertThat(floats(get(tensors, "whole"))).hasSize(12).endsWith(10, 11);
    assertThat(get(tensors, "again").bytes().address())
        .isEqualTo(get(tensors, "whole").bytes().address());
    assertThat(get(tensors, "rows").shape()).isEqualTo(Shape.of(2, 3));
    assertThat(floats(get(tensors, "rows"))).containsExactly(3, 4, 5, 6, 7, 8);
    assertThat(floats(get(tensors, "last"))).containsExactly(9, 10, 11);
    assertThat(get(tensors, "thin").shape()).isEqualTo(Shape.of(3, 1));
    assertThat(floats(get(tensors, "thin"))).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training-zip.bin",
        "training-sequence.bin",
        "protocol4.bin",
        "protocol4-sequence.bin"
      })
  void readsTheModelAlsoOfATrainingAndOfANewerProtocol(String name) {
    var tensors = open(name);

    assertThat(tensors.keySet()).containsExactly("bias", "weight");
    assertThat(floats(get(tensors, "bias"))).containsExactly(0.5f, -0.5f);
    assertThat(floats(get(tensors, "weight"))).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void readsThePairsThatPython2HandsToAnOrderedDict() throws IOException {
    var pickle =
        Pickle.start()
            .global("collections", "OrderedDict")
            .op(']')
            .op(']')
            .text("a")
            .op('a')
            .tensor("FloatStorage", 2, 0, "2", "1")
            .op('a')
            .op('a')
            .raw(0x85)
            .op('R')
            .op('.');

    assertThat(TorchFile.open(pickle.zip(folder), arena).keySet()).containsExactly("a");
  }

  @Test
  void readsOldTensorsWithoutGradient() throws IOException {
    var pickle =
        Pickle.start()
            .op('}')
            .op('U')
            .raw(1, 'a')
            .global("torch._utils", "_rebuild_tensor")
            .op('(')
            .storage("FloatStorage", 2)
            .whole(0)
            .global("torch", "Size")
            .op('(')
            .whole(1)
            .whole(2)
            .op('t')
            .raw(0x85)
            .op('R')
            .op('(')
            .whole(2)
            .whole(1)
            .op('t')
            .op('t')
            .op('R')
            .op('s')
            .op('.');

    var tensors = TorchFile.open(pickle.sequence(folder, 2, new byte[8]), arena);

    assertThat(get(tensors, "a").shape()).isEqualTo(Shape.of(1, 2));
  }

  @Test
  void readsAllFilesOfAnIndex() throws IOException {
    for (var part : new String[] {"every-type-zip.bin", "shared-sequence.bin"}) {
      Files.copy(REFERENCE.resolve(part), folder.resolve(part));
    }
    var index =
        Files.writeString(
            folder.resolve("pytorch_model.bin.index.json"),
            """
            {"metadata": {"total_size": 1}, "weight_map": {
              "f32": "every-type-zip.bin", "rows": "shared-sequence.bin"}}
            """);

    var tensors = TorchFile.openIndex(index, arena);

    assertThat(tensors.keySet()).containsExactly("f32", "rows");
    assertThat(floats(get(tensors, "rows"))).containsExactly(3, 4, 5, 6, 7, 8);
  }

  @Test
  void refusesWhatTheFilesOfAnIndexLack() throws IOException {
    Files.copy(REFERENCE.resolve("protocol4.bin"), folder.resolve("a.bin"));
    var index =
        Files.writeString(
            folder.resolve("pytorch_model.bin.index.json"),
            "{\"weight_map\": {\"bias\": \"a.bin\", \"other\": \"a.bin\"}}");

    assertThatThrownBy(() -> TorchFile.openIndex(index, arena))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith(
            index + " lists 1 tensors that are not in their files: \"other\" (a.bin).");
  }

  private Map<String, Tensor> open(String name) {
    return TorchFile.open(REFERENCE.resolve(name), arena);
  }

  private static Tensor get(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static float[] floats(Tensor tensor) {
    var values = new float[Math.toIntExact(tensor.shape().elementCount())];
    tensor.read(0, values, 0, values.length);
    return values;
  }
}
