package dev.embark.format.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxReaderTest {
  private static final Path REFERENCE =
      Path.of("src/test/resources/format/onnx/reference/every-form.onnx");

  private final Arena arena = Arena.ofShared();
  @TempDir Path folder;

  @AfterEach
  void unmap() {
    arena.close();
  }

  @Test
  void readsVersionsAndMetadata() {
    var model = OnnxFile.read(REFERENCE, arena);

    assertThat(model.irVersion()).isEqualTo(8);
    assertThat(model.opsets()).isEqualTo(Map.of("", 17L, "com.example", 1L));
    assertThat(model.producerName()).isEqualTo("make.py");
    assertThat(model.producerVersion()).isEqualTo("1");
    assertThat(model.metadata()).isEqualTo(Map.of("key", "value"));
    assertThat(model.graph().name()).isEqualTo("everything");
  }

  @ParameterizedTest
  @ValueSource(strings = {"listed", "raw"})
  void readsEveryElementType(String form) {
    var graph = OnnxFile.read(REFERENCE, arena).graph();

    assertThat(floats(graph, form + ".f32")).containsExactly(1.5f, -2.5f);
    assertThat(floats(graph, form + ".f64")).containsExactly(1.5f, -2.5f);
    assertThat(floats(graph, form + ".f16")).containsExactly(0.5f, -65504);
    assertThat(floats(graph, form + ".bf16")).containsExactly(1, -2);
    assertThat(integers(graph, form + ".i64")).containsExactly(1L << 40, -1L);
    assertThat(integers(graph, form + ".i32")).containsExactly(1L << 20, -1L);
    assertThat(integers(graph, form + ".i16")).containsExactly(1L << 10, -1L);
    assertThat(integers(graph, form + ".i8")).containsExactly(100L, -1L);
    assertThat(integers(graph, form + ".u8")).containsExactly(200L, 255L);
    assertThat(integers(graph, form + ".bool")).containsExactly(1L, 0L);
  }

  @Test
  void readsScalarsAndEmptyTensors() {
    var graph = OnnxFile.read(REFERENCE, arena).graph();

    assertThat(tensor(graph, "scalar").shape().rank()).isZero();
    assertThat(floats(graph, "scalar")).containsExactly(7);
    assertThat(tensor(graph, "empty").shape()).isEqualTo(Shape.of(0));
  }

  @Test
  void readsEveryKindOfAttribute() {
    var node = OnnxFile.read(REFERENCE, arena).graph().nodes().getFirst();

    assertThat(node.opType()).isEqualTo("Everything");
    assertThat(node.domain()).isEqualTo("com.example");
    assertThat(node.name()).isEqualTo("all");
    assertThat(node.inputs()).containsExactly("x", "", "raw.f32");
    assertThat(node.outputs()).containsExactly("y");
    var attributes =
        node.attributes().stream()
            .collect(Collectors.toMap(OnnxAttribute::name, Function.identity()));
    assertThat(attributes)
        .containsEntry("float", new OnnxAttribute.Real("float", 0.5f))
        .containsEntry("floats", new OnnxAttribute.Reals("floats", List.of(0.5f, -1.5f)))
        .containsEntry("graph", new OnnxAttribute.Other("graph"))
        .containsEntry("int", new OnnxAttribute.Int("int", -3))
        .containsEntry("ints", new OnnxAttribute.Ints("ints", List.of(1L, -2L, 1L << 40)))
        .containsEntry("string", new OnnxAttribute.Text("string", "grüße"))
        .containsEntry("strings", new OnnxAttribute.Other("strings"))
        .containsEntry("texts", new OnnxAttribute.Other("texts"));
    assertThat(attributes.get("tensor"))
        .isInstanceOfSatisfying(
            OnnxAttribute.TensorOf.class,
            attribute -> assertThat(attribute.value().integer(1)).isEqualTo(5));
  }

  @Test
  void standardDomainHasOneSpelling() {
    assertThat(OnnxFile.read(REFERENCE, arena).graph().nodes().get(1).domain()).isEmpty();
  }

  @Test
  void dimensionsAreSizesOrNames() {
    var graph = OnnxFile.read(REFERENCE, arena).graph();

    var unknown = new Dim.Named("x_dim_1");
    assertThat(graph.inputs())
        .containsExactly(
            new OnnxValue(
                "x", ElementType.F32, Shape.of(new Dim.Named("batch"), unknown, new Dim.Fixed(3))));
    assertThat(graph.outputs())
        .containsExactly(new OnnxValue("out", ElementType.F16, new Shape(List.of())));
  }

  @Test
  void rawDataIsASliceOfTheMap() {
    var graph = OnnxFile.read(REFERENCE, arena).graph();

    assertThat(tensor(graph, "raw.f32").bytes().isMapped()).isTrue();
    assertThat(tensor(graph, "listed.f32").bytes().isMapped()).isTrue();
    assertThat(tensor(graph, "listed.i64").bytes().isMapped()).isFalse();
  }

  @Test
  void listsNeedNotBePacked() throws IOException {
    var graph =
        new Proto()
            .message(5, Proto.tensor("f", 1, 2).real(4, 1.5f, 2.5f))
            .message(5, Proto.tensor("i", 7, 2).number(7, -1, 300));

    var read = OnnxFile.read(Proto.model(folder, graph), arena).graph();

    assertThat(floats(read, "f")).containsExactly(1.5f, 2.5f);
    assertThat(integers(read, "i")).containsExactly(-1L, 300L);
  }

  @Test
  void attributesWithoutTypeAreKnownByTheirContent() throws IOException {
    var node =
        new Proto()
            .text(4, "Gemm")
            .message(5, new Proto().text(1, "alpha").real(2, 2))
            .message(5, new Proto().text(1, "transB").number(3, 1))
            .message(5, new Proto().text(1, "shape").number(8, 1, 2));

    var graph = OnnxFile.read(Proto.model(folder, new Proto().message(1, node)), arena).graph();

    assertThat(graph.nodes().getFirst().attributes())
        .containsExactly(
            new OnnxAttribute.Real("alpha", 2),
            new OnnxAttribute.Int("transB", 1),
            new OnnxAttribute.Ints("shape", List.of(1L, 2L)));
  }

  @Test
  void writtenModelIsReadAsItWas() {
    var file = folder.resolve("model.onnx");
    var model = Models.linear();
    OnnxFile.write(model, file);

    var read = OnnxFile.read(file, arena);

    assertThat(read.opsets()).isEqualTo(model.opsets());
    assertThat(read.metadata()).isEqualTo(model.metadata());
    assertThat(read.graph().nodes()).isEqualTo(model.graph().nodes());
    assertThat(read.graph().inputs()).isEqualTo(model.graph().inputs());
    assertThat(read.graph().outputs()).isEqualTo(model.graph().outputs());
    assertThat(floats(read.graph(), "w")).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(integers(read.graph(), "shape")).containsExactly(-1L, 2L);
  }

  @Test
  void rewritingAReadModelGivesTheSameBytes() {
    var one = folder.resolve("one.onnx");
    var two = folder.resolve("two.onnx");
    OnnxFile.write(Models.linear(), one);

    OnnxFile.write(OnnxFile.read(one, arena), two);

    assertThat(two).hasSameBinaryContentAs(one);
  }

  @Test
  void largeModelsKeepTheirTensorsBeside() throws IOException {
    var file = folder.resolve("model.onnx");
    OnnxFile.write(withLargeWeights(), file, 1000);

    assertThat(Files.size(file)).isLessThan(1000);
    var data = folder.resolve("model.onnx_data");
    assertThat(Files.size(data)).isEqualTo(65536 + (1 << 20));
    var graph = OnnxFile.read(file, arena).graph();
    assertThat(floats(graph, "small")).containsExactly(7);
    assertThat(floats(graph, "medium")).hasSize(500).endsWith(498, 499);
    assertThat(floats(graph, "large")).hasSize(1 << 18).endsWith(262_142, 262_143);
    var large = tensor(graph, "large").bytes();
    assertThat(large.isMapped()).isTrue();
    try (var bytes = new RandomAccessFile(data.toFile(), "r")) {
      bytes.seek(65536 + 4);
      assertThat(Integer.reverseBytes(bytes.readInt())).isEqualTo(Float.floatToIntBits(1));
    }
  }

  @Test
  void externalDataIsReproducible() {
    OnnxFile.write(withLargeWeights(), folder.resolve("model.onnx"), 1000);
    var again = folder.resolve("again");
    again.toFile().mkdir();
    OnnxFile.write(withLargeWeights(), again.resolve("model.onnx"), 1000);

    assertThat(again.resolve("model.onnx")).hasSameBinaryContentAs(folder.resolve("model.onnx"));
    assertThat(again.resolve("model.onnx_data"))
        .hasSameBinaryContentAs(folder.resolve("model.onnx_data"));
  }

  @Test
  void readsExternalDataBeyondTwoGibibytes() throws IOException {
    long offset = 3L << 30;
    try (var sparse = new RandomAccessFile(folder.resolve("data").toFile(), "rw")) {
      sparse.seek(offset);
      sparse.write(new byte[] {1, 2, 3, 4});
    }
    var tensor =
        Proto.tensor("x", 2, 4)
            .external("location", "data", "offset", Long.toString(offset), "length", "4");

    var graph = OnnxFile.read(Proto.modelOf(folder, tensor), arena).graph();

    assertThat(tensor(graph, "x").bytes().toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void externalOffsetAndLengthMayBeLeftOut() throws IOException {
    Files.write(folder.resolve("data"), new byte[] {1, 2, 3, 4});
    var tensor = Proto.tensor("x", 2, 3).external("location", "data");

    var graph = OnnxFile.read(Proto.modelOf(folder, tensor), arena).graph();

    assertThat(integers(graph, "x")).containsExactly(1L, 2L, 3L);
  }

  private static OnnxModel withLargeWeights() {
    return Models.withInitializers(
        Models.linear(),
        List.of(
            new OnnxInitializer("small", new OnnxContent.Stored(counted(1, 7))),
            new OnnxInitializer("medium", new OnnxContent.Stored(counted(500, 0))),
            new OnnxInitializer(
                "large", new OnnxContent.Streamed(new Weight.Stored(counted(1 << 18, 0))))));
  }

  private static Tensor counted(int count, int from) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = from + i;
    }
    return Tensor.of(Shape.of(count), values);
  }

  private static Tensor tensor(OnnxGraph graph, String name) {
    for (var initializer : graph.initializers()) {
      if (initializer.name().equals(name)
          && initializer.content() instanceof OnnxContent.Stored(var tensor)) {
        return tensor;
      }
    }
    throw new AssertionError("no initializer " + name);
  }

  private static float[] floats(OnnxGraph graph, String name) {
    var tensor = tensor(graph, name);
    var values = new float[Math.toIntExact(tensor.shape().elementCount())];
    tensor.read(0, values, 0, values.length);
    return values;
  }

  private static List<Long> integers(OnnxGraph graph, String name) {
    var tensor = tensor(graph, name);
    return LongStream.range(0, tensor.shape().elementCount()).mapToObj(tensor::integer).toList();
  }
}
