package dev.embark.format.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.embark.problem.Problem;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The judge is protobuf-java's own parser: field numbers are written out here once more, from
/// `onnx.proto`, so that writer and test cannot share a mistake in a constant.
class OnnxWriterTest {
  @TempDir Path folder;

  @Test
  void modelFieldsHaveTheNumbersOfOnnxProto() throws IOException {
    var model = written(Models.linear());

    assertThat(model.asMap().keySet()).containsExactlyInAnyOrder(1, 2, 3, 7, 8, 14);
    assertThat(number(model, 1)).isEqualTo(8);
    assertThat(text(model, 2)).isEqualTo("embark");
    assertThat(text(model, 3)).isEqualTo("0.1.0");
    assertThat(message(model, 8, 0).hasField(1)).isFalse();
    assertThat(number(message(model, 8, 0), 2)).isEqualTo(17);
    assertThat(text(message(model, 14, 0), 1)).isEqualTo("a");
    assertThat(text(message(model, 14, 1), 2)).isEqualTo("2");
  }

  @Test
  void graphHoldsNodesInitializersAndValues() throws IOException {
    var graph = message(written(Models.linear()), 7, 0);

    assertThat(graph.asMap().keySet()).containsExactlyInAnyOrder(1, 2, 5, 11, 12);
    assertThat(text(graph, 2)).isEqualTo("linear");
    var gemm = message(graph, 1, 0);
    assertThat(texts(gemm, 1)).containsExactly("x", "w", "b");
    assertThat(texts(gemm, 2)).containsExactly("h");
    assertThat(text(gemm, 3)).isEqualTo("gemm");
    assertThat(text(gemm, 4)).isEqualTo("Gemm");
    var alpha = message(gemm, 5, 0);
    assertThat(text(alpha, 1)).isEqualTo("alpha");
    assertThat(alpha.getField(2).getFixed32List()).containsExactly(Float.floatToIntBits(1f));
    assertThat(number(alpha, 20)).isEqualTo(1);
    var transB = message(gemm, 5, 1);
    assertThat(number(transB, 3)).isZero();
    assertThat(number(transB, 20)).isEqualTo(2);
  }

  @Test
  void valuesCarryTypeAndNamedDimensions() throws IOException {
    var input = message(message(written(Models.linear()), 7, 0), 11, 0);

    assertThat(text(input, 1)).isEqualTo("x");
    var tensor = message(message(input, 2, 0), 1, 0);
    assertThat(number(tensor, 1)).isEqualTo(1);
    var shape = message(tensor, 2, 0);
    assertThat(text(message(shape, 1, 0), 2)).isEqualTo("batch");
    assertThat(number(message(shape, 1, 1), 1)).isEqualTo(3);
  }

  @Test
  void weightsAreLittleEndianRawData() throws IOException {
    var graph = message(written(Models.linear()), 7, 0);

    var w = message(graph, 5, 0);
    assertThat(w.getField(1).getVarintList()).containsExactly(3L, 2L);
    assertThat(number(w, 2)).isEqualTo(1);
    assertThat(text(w, 8)).isEqualTo("w");
    assertThat(floats(bytes(w, 9))).containsExactly(1, 4, 2, 5, 3, 6);
    var shape = message(graph, 5, 2);
    assertThat(number(shape, 2)).isEqualTo(7);
    assertThat(littleEndian(bytes(shape, 9)).asLongBuffer().get(0)).isEqualTo(-1);
  }

  @Test
  void everyKindOfAttributeIsWritten() throws IOException {
    var node =
        new OnnxNode(
            "Custom",
            "com.example",
            "n",
            List.of(""),
            List.of("y"),
            List.of(
                new OnnxAttribute.Text("s", "tanh"),
                new OnnxAttribute.Ints("is", List.of(-1L, 300L)),
                new OnnxAttribute.Reals("fs", List.of(0.5f, -2f)),
                new OnnxAttribute.TensorOf("t", Models.longs(7))));

    var read =
        message(message(written(Models.withNodes(Models.linear(), List.of(node))), 7, 0), 1, 0);

    assertThat(text(read, 7)).isEqualTo("com.example");
    assertThat(texts(read, 1)).containsExactly("");
    assertThat(text(message(read, 5, 0), 4)).isEqualTo("tanh");
    assertThat(number(message(read, 5, 0), 20)).isEqualTo(3);
    assertThat(message(read, 5, 1).getField(8).getVarintList()).containsExactly(-1L, 300L);
    assertThat(number(message(read, 5, 1), 20)).isEqualTo(7);
    assertThat(message(read, 5, 2).getField(7).getFixed32List())
        .containsExactly(Float.floatToIntBits(0.5f), Float.floatToIntBits(-2f));
    assertThat(number(message(read, 5, 2), 20)).isEqualTo(6);
    assertThat(number(message(read, 5, 3), 20)).isEqualTo(4);
    assertThat(number(message(message(read, 5, 3), 5, 0), 2)).isEqualTo(7);
  }

  @Test
  void sameModelGivesSameBytes() throws IOException {
    OnnxFile.write(Models.linear(), folder.resolve("one.onnx"));
    OnnxFile.write(Models.linear(), folder.resolve("two.onnx"));

    assertThat(folder.resolve("one.onnx")).hasSameBinaryContentAs(folder.resolve("two.onnx"));
  }

  @Test
  void weightsOfManyBlocksArriveWhole() throws IOException {
    int out = 700;
    int in = 900; // 2.4 MiB: three blocks, the last one not full
    var values = new float[out * in];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    var stored = new Weight.Stored(Tensor.of(Shape.of(out, in), values));
    var model =
        Models.withInitializers(
            Models.linear(),
            List.of(
                new OnnxInitializer("stored", new OnnxContent.Streamed(stored)),
                new OnnxInitializer("transposed", new OnnxContent.Streamed(stored.transposed())),
                new OnnxInitializer(
                    "stacked",
                    new OnnxContent.Streamed(new Weight.Concatenated(List.of(stored, stored))))));

    var graph = message(written(model), 7, 0);

    assertThat(floats(bytes(message(graph, 5, 0), 9))).isEqualTo(values);
    assertThat(floats(bytes(message(graph, 5, 1), 9)))
        .isEqualTo(new Weight.Transposed(stored).toArray());
    var stacked = floats(bytes(message(graph, 5, 2), 9));
    assertThat(Arrays.copyOfRange(stacked, values.length, stacked.length)).isEqualTo(values);
  }

  @Test
  void existingFileIsNotOverwritten() throws IOException {
    var file = Files.writeString(folder.resolve("model.onnx"), "precious");

    assertThatThrownBy(() -> OnnxFile.write(Models.linear(), file))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Problem.Category.UNWRITABLE))
        .hasMessage(
            file
                + " exists already.\nEmbark does not overwrite files.\n"
                + "Choose another name, or remove the file first.");
    assertThat(file).hasContent("precious");
  }

  @Test
  void missingFolderIsNamed() {
    var file = folder.resolve("nowhere").resolve("model.onnx");

    assertThatThrownBy(() -> OnnxFile.write(Models.linear(), file))
        .hasMessage(
            "Cannot write " + file + ": its folder does not exist.\nCreate the folder first.");
  }

  @Test
  void unreadAttributeCannotBeWrittenAndLeavesNoFile() {
    var node =
        new OnnxNode(
            "If",
            "",
            "branch",
            List.of("c"),
            List.of("y"),
            List.of(new OnnxAttribute.Other("then_branch")));
    var model = Models.withNodes(Models.linear(), List.of(node));

    assertThatThrownBy(() -> written(model))
        .hasMessageStartingWith("Cannot write attribute \"then_branch\" of node \"branch\" (If).");
    assertThat(folder).isEmptyDirectory();
  }

  private UnknownFieldSet written(OnnxModel model) throws IOException {
    var file = folder.resolve("model.onnx");
    OnnxFile.write(model, file);
    return UnknownFieldSet.parseFrom(Files.readAllBytes(file));
  }

  private static UnknownFieldSet message(UnknownFieldSet in, int field, int index)
      throws IOException {
    return UnknownFieldSet.parseFrom(in.getField(field).getLengthDelimitedList().get(index));
  }

  private static long number(UnknownFieldSet in, int field) {
    assertThat(in.getField(field).getVarintList()).hasSize(1);
    return in.getField(field).getVarintList().getFirst();
  }

  private static ByteString bytes(UnknownFieldSet in, int field) {
    assertThat(in.getField(field).getLengthDelimitedList()).hasSize(1);
    return in.getField(field).getLengthDelimitedList().getFirst();
  }

  private static String text(UnknownFieldSet in, int field) {
    return bytes(in, field).toStringUtf8();
  }

  private static List<String> texts(UnknownFieldSet in, int field) {
    return in.getField(field).getLengthDelimitedList().stream()
        .map(ByteString::toStringUtf8)
        .toList();
  }

  private static ByteBuffer littleEndian(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static float[] floats(ByteString bytes) {
    var values = new float[bytes.size() / 4];
    littleEndian(bytes).asFloatBuffer().get(values);
    return values;
  }
}
