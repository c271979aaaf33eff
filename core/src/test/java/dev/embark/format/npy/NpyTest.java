package dev.embark.format.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyTest {
  private static final Path REFERENCE = Path.of("src/test/resources/format/npy/reference");

  @TempDir Path folder;

  @Test
  void readsMatricesOfFloats() {
    assertThat(Npy.readFloats(REFERENCE.resolve("f4.npy")))
        .isDeepEqualTo(new float[][] {{1.5f, -2}, {3, 4}, {5, 6}});
  }

  @Test
  void readsOtherTypesAndRanks() {
    try (var arena = Arena.ofConfined()) {
      var doubles = Npy.open(REFERENCE.resolve("f8.npy"), arena);
      assertThat(doubles.type()).isEqualTo(ElementType.F64);
      var values = new float[2];
      doubles.read(0, values, 0, 2);
      assertThat(values).containsExactly(1.5f, -2);
      var longs = Npy.open(REFERENCE.resolve("i8.npy"), arena);
      assertThat(longs.shape()).isEqualTo(Shape.of(3));
      assertThat(longs.integer(0)).isEqualTo(1L << 40);
      var scalar = Npy.open(REFERENCE.resolve("scalar.npy"), arena);
      assertThat(scalar.shape().rank()).isZero();
      assertThat(scalar.integer(0)).isEqualTo(7);
    }
  }

  @Test
  void readsVersionTwo() {
    assertThat(Npy.readFloats(REFERENCE.resolve("version2.npy")))
        .isDeepEqualTo(new float[][] {{1, 2}});
  }

  @Test
  void readsEntriesOfNpz() throws IOException {
    try (var zip = new ZipFile(REFERENCE.resolve("several.npz").toFile());
        var entry = zip.getInputStream(zip.getEntry("b.npy"))) {
      assertThat(Npy.read(entry, "several.npz/b.npy").integer(0)).isEqualTo(3);
    }
  }

  @Test
  void writesTheBytesOfNumpy() {
    var file = folder.resolve("vectors.npy");
    try (var writer = NpyWriter.create(file, 2)) {
      writer.write(new float[] {1.5f, -2});
      writer.write(new float[] {3, 4});
      writer.write(new float[] {5, 6});
      writer.finish();
    }

    assertThat(file).hasSameBinaryContentAs(REFERENCE.resolve("f4.npy"));
  }

  @Test
  void writesMoreThanOneBuffer() {
    var file = folder.resolve("vectors.npy");
    var rows = new float[500][384];
    for (int row = 0; row < rows.length; row++) {
      Arrays.fill(rows[row], row);
    }
    try (var writer = NpyWriter.create(file, 384)) {
      for (var row : rows) {
        writer.write(row);
      }
      writer.finish();
    }

    assertThat(Npy.readFloats(file)).isDeepEqualTo(rows);
  }

  @Test
  void writesNoVectorsAtAll() {
    var file = folder.resolve("vectors.npy");
    try (var writer = NpyWriter.create(file, 384)) {
      writer.finish();
    }

    assertThat(Npy.readFloats(file)).isEmpty();
  }

  @Test
  void unfinishedFileIsDeleted() {
    var file = folder.resolve("vectors.npy");
    try (var writer = NpyWriter.create(file, 1)) {
      writer.write(new float[1]);
      assertThat(file).exists();
    }

    assertThat(file).doesNotExist();
  }

  @Test
  void existingFileIsNotOverwritten() throws IOException {
    var file = Files.createFile(folder.resolve("vectors.npy"));

    assertThatThrownBy(() -> NpyWriter.create(file, 1))
        .hasMessageStartingWith(file + " exists already.");
  }

  @Test
  void vectorOfAnotherLengthIsADefectOfTheCaller() {
    try (var writer = NpyWriter.create(folder.resolve("vectors.npy"), 2)) {
      assertThatThrownBy(() -> writer.write(new float[3]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a vector of length 3 in an array of width 2");
    }
  }

  @Test
  void otherFormatIsRefused() {
    assertThat(refused("text".getBytes(StandardCharsets.US_ASCII), Category.BAD_INPUT))
        .hasMessage(
            """
            x.npy is no npy file: it does not start with 0x93 NUMPY.
            It is truncated, or of another format than its name says.
            Write it again with numpy.save.\
            """);
  }

  @Test
  void truncatedFileIsRefused() throws IOException {
    var whole = Files.readAllBytes(REFERENCE.resolve("f4.npy"));

    for (int length = 0; length < whole.length; length++) {
      refused(Arrays.copyOf(whole, length), Category.BAD_INPUT);
    }
    assertThat(refused(Arrays.copyOf(whole, whole.length - 1), Category.BAD_INPUT))
        .hasMessageStartingWith("x.npy has 23 bytes of elements, but F32 [3, 2] takes 24.");
  }

  @Test
  void columnOrderIsRefused() throws IOException {
    assertThat(refused(Files.readAllBytes(REFERENCE.resolve("fortran.npy")), Category.UNSUPPORTED))
        .hasMessage(
            "x.npy is stored column by column (fortran_order), which Embark does not read.\n"
                + "Save it as numpy.ascontiguousarray(x, \"<f4\") first.");
  }

  @Test
  void otherTypesAreRefused() throws IOException {
    assertThat(refused(Files.readAllBytes(REFERENCE.resolve("big.npy")), Category.UNSUPPORTED))
        .hasMessageStartingWith("x.npy has elements of type '>f4', which Embark does not read.");
  }

  @Test
  void laterVersionIsRefused() throws IOException {
    var bytes = Files.readAllBytes(REFERENCE.resolve("f4.npy"));
    bytes[6] = 4;

    assertThat(refused(bytes, Category.UNSUPPORTED))
        .hasMessageStartingWith("x.npy has npy version 4; Embark reads 1, 2 and 3, which");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), } | \
              has shape [4294967296, 4294967296], whose size does not fit into 63 bits.
          {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | \
              has the shape (99999999999999999999,).
          {'descr': '<f4', 'fortran_order': False, 'shape': (1 1,), } | has the shape (1 1,).
          {'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), } | \
              has 0 bytes of elements, but F32 [1000000000, 1000000000] takes 4000000000000000000.
          {'descr': '<f4', 'fortran_order': False, 'shape': (-1,), } | \
              has the header "{
          {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), } | \
              has the header "{
          """)
  void malformedHeaderIsRefused(String header, String how) {
    assertThat(refused(withHeader(header), Category.BAD_INPUT))
        .hasMessageStartingWith("x.npy " + how);
  }

  @Test
  void endlessShapeIsRefused() {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, ".repeat(33) + "), }";

    assertThat(refused(withHeader(header), Category.BAD_INPUT))
        .hasMessageStartingWith("x.npy has more than 32 dimensions.");
  }

  @Test
  void headerBeyondTheLimitIsRefused() {
    assertThat(refused(withHeader(" ".repeat(10_001)), Category.BAD_INPUT))
        .hasMessageStartingWith(
            "x.npy announces a header of 10001 bytes; 10001 follow, and at most 10000 are"
                + " allowed.");
  }

  @Test
  void rowsWithoutElementsAreRefusedAsVectors() throws IOException {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 0), }";
    var file = Files.write(folder.resolve("x.npy"), withHeader(header));

    assertThatThrownBy(() -> Npy.readFloats(file))
        .hasMessage(
            file
                + " holds an array of shape [2000000000, 0], expected `[vectors, dimension]`.\n"
                + "Store one vector a row.");
  }

  @Test
  void everyDamagedByteEndsInAProblemOrInAnArray() throws IOException {
    var original = Files.readAllBytes(REFERENCE.resolve("f4.npy"));
    var random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      var bytes = original.clone();
      bytes[random.nextInt(128)] = (byte) random.nextInt();
      try {
        Npy.read(new ByteArrayInputStream(bytes), "x.npy");
      } catch (Problem problem) {
        assertThat(problem).hasMessageStartingWith("x.npy ");
      }
    }
  }

  private static byte[] withHeader(String header) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.write(header.length() & 0xff);
    bytes.write(header.length() >> 8);
    bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    return bytes.toByteArray();
  }

  private static Problem refused(byte[] bytes, Category category) {
    var problem =
        catchThrowableOfType(
            Problem.class, () -> Npy.read(new ByteArrayInputStream(bytes), "x.npy"));
    assertThat(problem.category()).isEqualTo(category);
    return problem;
  }
}
