package dev.embark.format.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
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

class SafetensorsTest {
  private static final Path REFERENCE =
      Path.of("src/test/resources/format/safetensors/reference/every-type.safetensors");

  private final Arena arena = Arena.ofShared();
  @TempDir Path folder;

  @AfterEach
  void unmap() {
    arena.close();
  }

  @Test
  void readsEveryElementTypeOfTheReferenceImplementation() {
    var tensors = Safetensors.open(REFERENCE, arena);

    assertThat(tensors).hasSize(12);
    assertThat(floats(get(tensors, "a.float64"))).containsExactly(1.5f, -2.25f);
    assertThat(floats(get(tensors, "a.float32"))).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(get(tensors, "a.float32").shape()).isEqualTo(Shape.of(2, 3));
    assertThat(floats(get(tensors, "a.float16"))).containsExactly(0.5f, -65504);
    assertThat(floats(get(tensors, "a.bfloat16"))).containsExactly(1, -2);
    assertThat(get(tensors, "a.int64").integer(0)).isEqualTo(1L << 40);
    assertThat(get(tensors, "a.int32").integer(0)).isEqualTo(1 << 20);
    assertThat(get(tensors, "a.int16").integer(0)).isEqualTo(1 << 10);
    assertThat(get(tensors, "a.int8").integer(1)).isEqualTo(-1);
    assertThat(get(tensors, "a.uint8").integer(1)).isEqualTo(255);
    assertThat(get(tensors, "a.bool").integer(0)).isEqualTo(1);
    assertThat(floats(get(tensors, "scalar"))).containsExactly(7);
    assertThat(get(tensors, "scalar").shape()).isEqualTo(Shape.of(new long[0]));
    assertThat(get(tensors, "empty").shape()).isEqualTo(Shape.of(0, 4));
    assertThat(tensors.values().stream().map(Tensor::type).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ElementType.values()).filter(ElementType::isWhole).toList());
  }

  @Test
  void tensorsAreViewsOfTheMappedFile() {
    var tensors = Safetensors.open(REFERENCE, arena);

    assertThat(tensors.values()).allMatch(tensor -> tensor.bytes().isMapped());
    assertThat(tensors.values()).allMatch(tensor -> tensor.bytes().isReadOnly());
  }

  @Test
  void writesTheBytesOfTheReferenceImplementation() throws IOException {
    var file = folder.resolve("again.safetensors");

    Safetensors.write(file, Safetensors.open(REFERENCE, arena), Map.of("format", "pt"));

    assertThat(file).hasSameBinaryContentAs(REFERENCE);
  }

  @Test
  void writesTensorsFromTheHeap() {
    var file = folder.resolve("heap.safetensors");
    Safetensors.write(
        file, Map.of("b", Tensor.of(Shape.of(1), 2), "a", Tensor.of(Shape.of(1), 1)), Map.of());

    var tensors = Safetensors.open(file, arena);

    assertThat(tensors.keySet()).containsExactly("a", "b");
    assertThat(floats(get(tensors, "b"))).containsExactly(2);
  }

  @Test
  void readsFilesOfMoreThanTwoGibibytes() throws IOException {
    long size = (2L << 30) + 4096;
    var header =
        "{\"bulk\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},".formatted(size, size)
            + "\"last\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                .formatted(size, size + 1);
    var file = HostileFile.withHeader(folder, header, new byte[0]);
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(8 + header.length() + size);
      sparse.write(42);
    }

    var tensors = Safetensors.open(file, arena);

    assertThat(get(tensors, "bulk").bytes().byteSize()).isEqualTo(size);
    assertThat(get(tensors, "last").integer(0)).isEqualTo(42);
  }

  @Test
  void indexJoinsItsFiles() throws IOException {
    shard("one.safetensors", Map.of("a", 1f, "unlisted", 9f));
    shard("two.safetensors", Map.of("b", 2f));
    var index = index("{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}}");

    var tensors = Safetensors.openIndex(index, arena);

    assertThat(tensors.keySet()).containsExactly("a", "b");
    assertThat(floats(get(tensors, "b"))).containsExactly(2);
  }

  @Test
  void indexFollowsLinksIntoTheBlobsOfTheHubCache() throws IOException {
    var blobs = Files.createDirectories(folder.resolve("models--a--b/blobs"));
    var snapshot = Files.createDirectories(folder.resolve("models--a--b/snapshots/abc"));
    shard("one.safetensors", Map.of("a", 1f));
    Files.move(folder.resolve("one.safetensors"), blobs.resolve("1234"));
    Files.createSymbolicLink(snapshot.resolve("one.safetensors"), Path.of("../../blobs/1234"));
    var index =
        Files.writeString(
            snapshot.resolve("model.safetensors.index.json"),
            "{\"weight_map\": {\"a\": \"one.safetensors\"}}");

    assertThat(Safetensors.openIndex(index, arena).keySet()).containsExactly("a");
  }

  @Test
  void missingShardIsNamed() throws IOException {
    var index = index("{\"weight_map\": {\"a\": \"one.safetensors\"}}");

    assertThatThrownBy(() -> Safetensors.openIndex(index, arena))
        .hasMessage(
            index
                + " refers to \"one.safetensors\", which does not exist.\n"
                + "The model is incomplete: "
                + folder.resolve("one.safetensors")
                + " is missing.\n"
                + "Fetch the model again, or put the file there.");
  }

  @Test
  void tensorsMissingFromTheirFilesAreAllListed() throws IOException {
    shard("one.safetensors", Map.of("a", 1f));
    var index =
        index(
            "{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"one.safetensors\","
                + " \"c\": \"one.safetensors\"}}");

    assertThatThrownBy(() -> Safetensors.openIndex(index, arena))
        .hasMessage(
            index
                + " lists 2 tensors that are not in their files:"
                + " \"b\" (one.safetensors), \"c\" (one.safetensors).\n"
                + "Index and files are not of the same checkpoint.\n"
                + "Fetch the model again, all files at the same revision.");
  }

  @Test
  void shardOutsideTheFolderIsRefused() throws IOException {
    var elsewhere = Files.createDirectory(folder.resolve("model"));
    shard("secret.safetensors", Map.of("a", 1f));
    for (var name : new String[] {"../secret.safetensors", folder + "/secret.safetensors"}) {
      var index =
          Files.writeString(
              elsewhere.resolve("index.json"), "{\"weight_map\": {\"a\": \"" + name + "\"}}");

      assertThatThrownBy(() -> Safetensors.openIndex(index, arena))
          .hasMessage(
              index
                  + " refers to \""
                  + name
                  + "\", which is outside the model's folder.\n"
                  + "Its path leaves the folder of index.json.\n"
                  + "Do not use this file unless you trust it; put the file it needs into its own"
                  + " folder.");
    }
  }

  @Test
  void shardThatIsALinkOutOfTheFolderIsRefused() throws IOException {
    var model = Files.createDirectory(folder.resolve("model"));
    shard("secret.safetensors", Map.of("a", 1f));
    Files.createSymbolicLink(
        model.resolve("one.safetensors"), folder.resolve("secret.safetensors"));
    var index =
        Files.writeString(
            model.resolve("index.json"), "{\"weight_map\": {\"a\": \"one.safetensors\"}}");

    assertThatThrownBy(() -> Safetensors.openIndex(index, arena))
        .hasMessageContaining("which is outside the model's folder.\nIt is a link to ");
  }

  @Test
  void indexWithoutWeightMapIsRefused() throws IOException {
    var index = index("{\"metadata\": {}}");

    assertThatThrownBy(() -> Safetensors.openIndex(index, arena))
        .hasMessage(
            index
                + " has no object \"weight_map\".\n"
                + "It is not the index of a checkpoint.\nFetch the model again.");
  }

  @Test
  void indexWhosePlaceIsNoNameIsRefused() throws IOException {
    var index = index("{\"weight_map\": {\"a\": 3}}");

    assertThatThrownBy(() -> Safetensors.openIndex(index, arena))
        .hasMessage(
            index + ": the file of tensor \"a\" is 3, expected a name.\nFetch the model again.");
  }

  @Test
  void metadataAreReadWithoutTheTensors() {
    Path file = folder.resolve("with.safetensors");
    var tensors = Map.of("a", Tensor.of(Shape.of(1), 1f));
    Safetensors.write(file, tensors, Map.of("format", "pt", "pooling", "mean"));
    assertThat(Safetensors.metadata(file)).isEqualTo(Map.of("format", "pt", "pooling", "mean"));
    Path without = folder.resolve("without.safetensors");
    Safetensors.write(without, tensors, Map.of());
    assertThat(Safetensors.metadata(without)).isEmpty();
  }

  private void shard(String name, Map<String, Float> values) {
    Safetensors.write(
        folder.resolve(name),
        values.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, entry -> Tensor.of(Shape.of(1), entry.getValue()))),
        Map.of());
  }

  private Path index(String json) throws IOException {
    return Files.writeString(folder.resolve("model.safetensors.index.json"), json);
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
