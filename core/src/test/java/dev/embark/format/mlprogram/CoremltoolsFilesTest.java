package dev.embark.format.mlprogram;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Packages that coremltools 9.0 wrote are read, and written again without a difference.
class CoremltoolsFilesTest {
  private static final Path PACKAGES = Path.of("..", "testdata", "coreml");
  private static final Path MODEL = Path.of("Data", "com.apple.CoreML", "model.mlmodel");
  private static final Path WEIGHTS = Path.of("Data", "com.apple.CoreML", "weights", "weight.bin");

  @TempDir Path folder;

  private static Path model(String name) {
    return PACKAGES.resolve(name + ".mlpackage").resolve(MODEL);
  }

  private static Path weights(String name) {
    return PACKAGES.resolve(name + ".mlpackage").resolve(WEIGHTS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-int4-block32-spec9",
        "tiny-int8-asym-spec8",
        "tiny-int8-fp16-spec8",
        "tiny-int8-spec7",
        "tiny-int8-spec8",
        "tiny-int8-spec9",
        "tiny-int8-tensor-spec8",
        "tiny-state-spec9"
      })
  void keepsEverythingItReads(String name) {
    var original = MlModelFile.read(model(name));
    var copy = folder.resolve("copy.mlmodel");
    MlModelFile.write(original, copy);
    assertThat(MlModelFile.read(copy)).isEqualTo(original);
    assertThat(original.functions()).containsOnlyKeys("main");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-int4-block32-spec9",
        "tiny-int8-asym-spec8",
        "tiny-int8-fp16-spec8",
        "tiny-int8-spec7",
        "tiny-int8-spec8",
        "tiny-int8-spec9",
        "tiny-int8-tensor-spec8"
      })
  void writesAsManyBytes(String name) throws IOException {
    var copy = folder.resolve("copy.mlmodel");
    MlModelFile.write(MlModelFile.read(model(name)), copy);
    // Entries of maps may stand in another order, which no byte depends on but their places.
    assertThat(sorted(copy)).isEqualTo(sorted(model(name)));
  }

  private static byte[] sorted(Path file) throws IOException {
    var bytes = Files.readAllBytes(file);
    Arrays.sort(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-int4-block32-spec9",
        "tiny-int8-asym-spec8",
        "tiny-int8-fp16-spec8",
        "tiny-int8-spec8"
      })
  void writesTheSameWeightFile(String name) throws IOException {
    var copy = folder.resolve("weight.bin");
    try (var arena = Arena.ofConfined()) {
      var blobs = BlobFile.read(weights(name), arena);
      var sources = new ArrayList<BlobFile.Source>();
      for (var blob : blobs.values()) {
        long bits = blob.data().byteSize() * 8 - blob.paddingBits();
        sources.add(
            new BlobFile.Source(blob.type(), bits / blob.type().bits(), new InMemory(blob.data())));
      }
      assertThat(BlobFile.offsets(sources)).containsExactlyElementsOf(blobs.keySet());
      BlobFile.write(sources, copy);
    }
    assertThat(copy).hasSameBinaryContentAs(weights(name));
  }

  @Test
  void readsWhatTheProgramSays() {
    var model = MlModelFile.read(model("tiny-int8-spec8"));
    assertThat(model.specificationVersion()).isEqualTo(8);
    assertThat(model.description().main().inputs())
        .containsExactly(new Feature("x", "", Feature.Type.FLOAT32, List.of(2L, 64L)));
    var main = requireNonNull(model.functions().get("main"));
    assertThat(main.opset()).isEqualTo("CoreML7");
    assertThat(main.outputs()).containsExactly("y");
    assertThat(main.operations().getLast().type()).isEqualTo("linear");
    var weight =
        main.operations().stream()
            .filter(each -> each.type().equals("constexpr_affine_dequantize"))
            .findFirst()
            .orElseThrow();
    assertThat(weight.attributes().get("quantized_data"))
        .isEqualTo(
            new MilValue(
                MilType.INT8,
                Shape.of(4, 64),
                new MilValue.Blob("@model_path/weights/weight.bin", 64)));
  }

  @Test
  void writesConstantsByteForByte() throws IOException {
    var truth =
        new MilValue(MilType.BOOL, Shape.of(new long[0]), new MilValue.Truths(List.of(false)));
    assertThat(hex(truth)).isEqualTo("12040a0208011a070a051a030a0100");
    var axes = new MilValue(MilType.INT32, Shape.of(1), new MilValue.Integers(List.of(-1L)));
    assertThat(hex(axes))
        .isEqualTo("120c0a0a081710011a040a0208011a100a0e120c0a0affffffffffffffffff01");
    var mode =
        new MilValue(MilType.STRING, Shape.of(new long[0]), new MilValue.Texts(List.of("EXACT")));
    assertThat(hex(mode)).isEqualTo("12040a0208021a0b0a0922070a054558414354");
    var blob =
        new MilValue(
            MilType.FLOAT32,
            Shape.of(384, 384),
            new MilValue.Blob("@model_path/weights/weight.bin", 47_081_792));
    assertThat(hex(blob))
        .isEqualTo(
            "12140a12080b10021a050a030880031a050a03088003"
                + "2a250a1e"
                + HexFormat.of()
                    .formatHex("@model_path/weights/weight.bin".getBytes(StandardCharsets.UTF_8))
                + "10c0d2b916");
  }

  private static String hex(MilValue value) throws IOException {
    var bytes = new ByteArrayOutputStream();
    MlModelWriter.value(value).writeTo(Channels.newChannel(bytes));
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Test
  void refusesDamagedFilesInWords() throws IOException {
    var random = new Random(6);
    var model = Files.readAllBytes(model("tiny-int8-spec9"));
    var weights = Files.readAllBytes(weights("tiny-int8-spec9"));
    for (int i = 0; i < 1_000; i++) {
      readsOrRefuses(flipped(model, random), file -> MlModelFile.read(file));
      readsOrRefuses(
          flipped(weights, random),
          file -> {
            try (var arena = Arena.ofConfined()) {
              BlobFile.read(file, arena);
            }
          });
    }
  }

  private static byte[] flipped(byte[] original, Random random) {
    var bytes = original.clone();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  private interface Reading {
    void read(Path file);
  }

  private void readsOrRefuses(byte[] bytes, Reading reading) throws IOException {
    var file = folder.resolve("damaged");
    Files.write(file, bytes);
    try {
      reading.read(file);
    } catch (Problem e) {
      assertThat(e.what()).contains("damaged");
    }
  }

  @Test
  void refusesTruncatedWeights() throws IOException {
    var bytes = Files.readAllBytes(weights("tiny-int8-spec8"));
    var file = folder.resolve("weight.bin");
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    try (var arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> BlobFile.read(file, arena))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("leave the file");
    }
  }
}
