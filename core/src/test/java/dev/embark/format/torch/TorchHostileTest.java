package dev.embark.format.torch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Zip files and sequences that lie: each ends in its own message, none in anything but a
/// [Problem].
class TorchHostileTest {
  private static final Path REFERENCE = Path.of("src/test/resources/format/torch/reference");
  private static final byte[] LITTLE = "little".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void neitherLayout() throws IOException {
    assertThat(refused(new byte[0]))
        .isEqualTo(
            """
            FILE is no PyTorch file: it starts neither as a zip file nor with PyTorch's magic number.
            The file is empty.
            Fetch the file again, or save the model again.\
            """);
    assertThat(refused(Pickle.sound().toBytes())).startsWith("FILE is no PyTorch file: it starts");
  }

  @Test
  void truncatedZip() throws IOException {
    var bytes = sound();
    for (int length : new int[] {40, bytes.length / 2, bytes.length - 1}) {
      assertThat(refused(Arrays.copyOf(bytes, length)))
          .isEqualTo(
              """
              FILE starts as a zip file and has no directory at its end.
              The file is truncated.
              Fetch the file again, or save the model again.\
              """);
    }
  }

  @Test
  void compressedEntry() throws IOException {
    var file = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry("m/data.pkl"));
      zip.write(new byte[1_000_000]);
    }

    assertThat(refused(Category.UNSUPPORTED, file.toByteArray()))
        .startsWith(
            "FILE has the compressed entry m/data.pkl.\n"
                + "torch.save stores entries as they are, so that they can be read in place.");
  }

  @Test
  void encryptedEntry() throws IOException {
    var bytes = changed(line("m/data/0") + 8, 2, 1);

    assertThat(refused(Category.UNSUPPORTED, bytes))
        .startsWith("FILE has the encrypted entry m/data/0.");
  }

  @Test
  void sizesOfTheDirectory() throws IOException {
    int end = sound().length - 22;

    assertThat(damaged(changed(end + 16, 4, 1 << 30)))
        .isEqualTo("has a directory that does not fit into it");
    assertThat(damaged(changed(end + 12, 4, 1 << 30)))
        .isEqualTo("has a directory that does not fit into it");
    assertThat(damaged(changed(end + 10, 2, 1000)))
        .isEqualTo("has no entry 2 of 1000 in its directory");
    assertThat(damaged(changed(end + 12, 4, 20))).isEqualTo("has no entry 0 of 2 in its directory");
    assertThat(damaged(changed(line("m/data/0") + 30, 2, 999)))
        .isEqualTo("has a directory that ends inside entry 1");
  }

  @Test
  void entriesThatAreElsewhere() throws IOException {
    int line = line("m/data/0");

    assertThat(damaged(changed(line + 42, 4, 3)))
        .isEqualTo("has no entry m/data/0 where its directory says so");
    assertThat(damaged(changed(line + 42, 4, 1 << 30)))
        .isEqualTo("has no entry m/data/0 where its directory says so");
    assertThat(damaged(changed(changed(line + 24, 4, 999), line + 20, 4, 999)))
        .isEqualTo("has the entry m/data/0, which does not fit into it");
    assertThat(damaged(changed(line + 42, 4, 0)))
        .isEqualTo("has the entry m/data/0, which says something else of itself");
    assertThat(damaged(changed(line + 24, 4, 7))).isEqualTo("has two sizes of its entry m/data/0");
    assertThat(damaged(changed(line + 42, 4, 0xffffffffL)))
        .isEqualTo("has no 64-bit numbers for its entry m/data/0");
  }

  @Test
  void entriesThatOverlap() throws IOException {
    int line = line("m/data.pkl");
    long size = Pickle.sound().toBytes().length + 1L;

    assertThat(damaged(changed(changed(line + 24, 4, size), line + 20, 4, size)))
        .isEqualTo("has the overlapping entries m/data.pkl and m/data/0");
  }

  @Test
  void entriesThatStandTwice() throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    entries.put("m/data.pkl", Pickle.sound().toBytes());
    entries.put("m/data/0", new byte[8]);
    entries.put("m/data/1", new byte[8]);
    var bytes = Pickle.stored(entries);
    var text = new String(bytes, StandardCharsets.ISO_8859_1).replace("m/data/1", "m/data/0");

    assertThat(damaged(text.getBytes(StandardCharsets.ISO_8859_1)))
        .isEqualTo("has two entries m/data/0");
  }

  @Test
  void folders() throws IOException {
    assertThat(refused(Pickle.stored(Map.of("a.txt", new byte[1]))))
        .startsWith("FILE is a zip file with 0 entries <folder>/data.pkl, expected one.");
    assertThat(refused(Pickle.stored(Map.of("a/data.pkl", LITTLE, "b/data.pkl", LITTLE))))
        .startsWith("FILE is a zip file with 2 entries <folder>/data.pkl, expected one.");
    assertThat(refused(Pickle.stored(Map.of("a/b/data.pkl", LITTLE))))
        .startsWith("FILE is a zip file with 0 entries <folder>/data.pkl, expected one.");
  }

  @Test
  void byteOrder() throws IOException {
    var data = new byte[8];
    var big = "big".getBytes(StandardCharsets.UTF_8);
    var file = Pickle.sound().zip(folder, Map.of("m/data/0", data, "m/byteorder", big));
    assertThat(refused(Category.UNSUPPORTED, Files.readAllBytes(file)))
        .startsWith(
            "FILE has the byte order \"big\", expected \"little\".\n"
                + "It was written on a machine that stores numbers the other way round.");

    var little = Pickle.sound().zip(folder, Map.of("m/data/0", data, "m/byteorder", LITTLE));
    try (var arena = Arena.ofConfined()) {
      assertThat(TorchFile.open(little, arena)).containsOnlyKeys("a");
    }
  }

  @Test
  void storageThatIsMissing() throws IOException {
    var file = Pickle.sound().zip(folder, Map.of("m/data/1", new byte[8], "data/0", new byte[8]));

    assertThat(refused(Files.readAllBytes(file)))
        .startsWith("FILE has no storage 0 for tensor \"a\".\nThe file is incomplete.");
  }

  @Test
  void sequenceWithoutItsStorages() throws IOException {
    assertThat(sequence(2, new byte[7]))
        .startsWith(
            "FILE announces 2 elements for its storage 0, expected 2 of F32; 7 bytes follow.\n"
                + "The file is truncated or damaged.");
    assertThat(sequence(1, new byte[8])).startsWith("FILE announces 1 elements for its storage 0");
    assertThat(sequence(-1, new byte[8])).startsWith("FILE announces -1 elements");
    assertThat(sequence(2, new byte[9])).startsWith("FILE has 1 bytes after its last storage.");
  }

  @Test
  void sequenceWithOtherKeys() throws IOException {
    assertThat(tail(Pickle.start().op(']').op('.').toBytes()))
        .startsWith("FILE has no storage 0 for tensor \"a\".");
    assertThat(tail(Pickle.start().op(']').text("0").op('a').op('.').toBytes()))
        .startsWith("FILE ends before its storage 0.");
    assertThat(tail(Pickle.start().op(']').text("1").op('a').op('.').toBytes()))
        .startsWith("FILE lists the storage 1, which no tensor has.");
    var twice = Pickle.start().op(']').text("0").op('a').text("0").op('a').op('.');
    assertThat(tail(twice.little(2, 8).little(0, 8).toBytes()))
        .startsWith("FILE lists the storage 0 twice.");
    assertThat(tail(Pickle.start().op('}').op('.').toBytes()))
        .startsWith("FILE has no list of storages after its tensors.");
  }

  @Test
  void sequenceOfAnotherMachineOrVersion() throws IOException {
    var big = Pickle.start().op('}').text("little_endian").raw(0x89).op('s').op('.');
    var tail = Pickle.tail(2, new byte[8]);
    assertThat(
            refused(
                Category.UNSUPPORTED,
                Files.readAllBytes(Pickle.sound().sequence(folder, 1001, big, tail))))
        .startsWith("FILE does not say that its numbers are little-endian.");
    assertThat(
            refused(
                Category.UNSUPPORTED,
                Files.readAllBytes(Pickle.sound().sequence(folder, 1002, big, tail))))
        .startsWith("FILE has version 1002 of PyTorch's old layout, expected 1001.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"every-type-zip.bin", "every-type-sequence.bin", "protocol4.bin"})
  void everyDamagedByteEndsInAProblemOrInTensors(String name) throws IOException {
    var original = Files.readAllBytes(REFERENCE.resolve(name));
    var random = new Random(7);
    var file = folder.resolve("pytorch_model.bin");
    for (int round = 0; round < 5_000; round++) {
      var bytes = original.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try (var arena = Arena.ofConfined()) {
        TorchFile.open(file, arena);
      } catch (Problem problem) {
        assertThat(problem).hasMessageStartingWith(file.toString());
      }
    }
  }

  private static byte[] sound() throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    entries.put("m/data.pkl", Pickle.sound().toBytes());
    entries.put("m/data/0", new byte[8]);
    return Pickle.stored(entries);
  }

  /// Returns where the directory speaks about an entry of the sound file.
  private static int line(String name) throws IOException {
    return new String(sound(), StandardCharsets.ISO_8859_1).lastIndexOf(name) - 46;
  }

  /// Returns the sound file with another number of `length` bytes in one place.
  private static byte[] changed(int at, int length, long number) throws IOException {
    return changed(sound(), at, length, number);
  }

  private static byte[] changed(byte[] bytes, int at, int length, long number) {
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (length == Short.BYTES) {
      buffer.putShort(at, (short) number);
    } else {
      buffer.putInt(at, (int) number);
    }
    return bytes;
  }

  private String damaged(byte[] bytes) throws IOException {
    var text = refused(bytes);
    assertThat(text).startsWith("FILE is a damaged zip file: it ");
    return text.substring("FILE is a damaged zip file: it ".length(), text.indexOf(".\n"));
  }

  private String sequence(long count, byte[] data) throws IOException {
    return refused(Files.readAllBytes(Pickle.sound().sequence(folder, count, data)));
  }

  private String tail(byte[] tail) throws IOException {
    var little = Pickle.start().op('}').text("little_endian").raw(0x88).op('s').op('.');
    return refused(Files.readAllBytes(Pickle.sound().sequence(folder, 1001, little, tail)));
  }

  private String refused(byte[] bytes) throws IOException {
    return refused(Category.BAD_INPUT, bytes);
  }

  private String refused(Category category, byte[] bytes) throws IOException {
    var file = Files.write(folder.resolve("pytorch_model.bin"), bytes);
    try (var arena = Arena.ofConfined()) {
      var problem = catchThrowableOfType(Problem.class, () -> TorchFile.open(file, arena));
      assertThat(problem.category()).isEqualTo(category);
      return requireNonNull(problem.getMessage()).replace(file.toString(), "FILE");
    }
  }
}
