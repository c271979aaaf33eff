package dev.embark.format.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that lie: each ends in its own message, none in anything but a [Problem].
class SafetensorsHostileTest {
  @TempDir Path folder;

  @Test
  void emptyFile() throws IOException {
    var file = Files.createFile(folder.resolve("model.safetensors"));

    assertThat(refused(file))
        .hasMessage(
            file
                + " has 0 bytes; the length of its header alone takes 8.\n"
                + "The file is empty or truncated.\nFetch or export the file again.");
  }

  @Test
  void missingFile() {
    var file = folder.resolve("model.safetensors");

    assertThat(refused(file))
        .hasMessage(file + " does not exist.\nCheck the path, or fetch the model again.");
  }

  @Test
  void folderInThePlaceOfTheFile() {
    assertThat(refused(folder)).hasMessageStartingWith(folder + " is not a file.");
  }

  @Test
  void gitLfsPointer() throws IOException {
    var file =
        Files.writeString(
            folder.resolve("model.safetensors"),
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90868376\n");

    assertThat(refused(file))
        .hasMessage(
            file
                + " is a Git LFS pointer of 71 bytes, not the file itself.\n"
                + "The repository was cloned without Git LFS.\n"
                + "Run `git lfs pull` in the clone, or let Embark fetch the model from the hub.");
  }

  @Test
  void headerBeyondTheLimit() throws IOException {
    var file = HostileFile.withLength(folder, 100_000_001, new byte[4], new byte[0]);

    assertThat(refused(file))
        .hasMessage(
            file
                + " announces a header of 100000001 bytes; at most 100000000 are allowed.\n"
                + "It is no safetensors file, or its first bytes are damaged.\n"
                + "Fetch or export the file again.");
  }

  @Test
  void headerLengthIsUnsigned() throws IOException {
    var file = HostileFile.withLength(folder, -1, new byte[4], new byte[0]);

    assertThat(refused(file)).hasMessageContaining("a header of 18446744073709551615 bytes");
  }

  @Test
  void headerLongerThanTheFile() throws IOException {
    var file = HostileFile.withLength(folder, 50, new byte[4], new byte[0]);

    assertThat(refused(file))
        .hasMessageStartingWith(
            file + " announces a header of 50 bytes, but only 4 follow.\nThe file is truncated.");
  }

  @Test
  void headerThatIsNoObject() throws IOException {
    assertThat(refused(header("[1]")))
        .hasMessageContaining("has a header that does not start with \"{\".");
  }

  @Test
  void headerThatIsNoJson() throws IOException {
    assertThat(refused(header("{\"a\": }")))
        .hasMessageContaining("has a header that is not valid JSON.");
    assertThat(refused(header("{\"a\": {\"dtype\": \"F32\"")))
        .hasMessageContaining("has a header that is not valid JSON.");
    assertThat(refused(header("{\"\\uXYZ\": 1}")))
        .hasMessageContaining("has a header that is not valid JSON.");
  }

  @Test
  void truncatedData() throws IOException {
    var file = header(tensor("a", "F32", "[2]", "[0, 8]"), new byte[7]);

    assertThat(refused(file))
        .hasMessage(
            file
                + " is damaged: tensor \"a\" ends at byte 8 of the data, which has 7.\n"
                + "The file is truncated.\nFetch or export the file again.");
  }

  @Test
  void overlappingTensors() throws IOException {
    var file =
        header(
            tensor("a", "U8", "[4]", "[0, 4]") + "," + tensor("b", "U8", "[4]", "[2, 6]"),
            new byte[6]);

    assertThat(refused(file))
        .hasMessage(
            file
                + " is damaged: tensor \"b\" starts at byte 2 and overlaps \"a\", which ends at"
                + " byte 4.\nTensors must follow one another without holes or overlaps.\n"
                + "Fetch or export the file again.");
  }

  @Test
  void holeBetweenTensors() throws IOException {
    var file =
        header(
            tensor("a", "U8", "[2]", "[0, 2]") + "," + tensor("b", "U8", "[2]", "[4, 6]"),
            new byte[6]);

    assertThat(refused(file))
        .hasMessageContaining(
            "tensor \"b\" starts at byte 4 and leaves a hole after \"a\", which ends at byte 2.");
  }

  @Test
  void holeBeforeTheFirstTensor() throws IOException {
    assertThat(refused(header(tensor("a", "U8", "[2]", "[1, 3]"), new byte[3])))
        .hasMessageContaining(
            "tensor \"a\" starts at byte 1 and leaves a hole after the header, which ends at byte"
                + " 0.");
  }

  @Test
  void dataBeyondTheLastTensor() throws IOException {
    assertThat(refused(header(tensor("a", "U8", "[2]", "[0, 2]"), new byte[5])))
        .hasMessageContaining("has 3 bytes after the end of its last tensor.");
  }

  @Test
  void unknownTypeIsUnsupported() throws IOException {
    var file = header(tensor("a", "F8_E4M3", "[2]", "[0, 2]"), new byte[2]);

    assertThat(refused(file, Category.UNSUPPORTED))
        .hasMessage(
            file
                + ": tensor \"a\" has dtype \"F8_E4M3\", which Embark does not read.\n"
                + "It reads F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL.\n"
                + "Convert the checkpoint to one of these types first.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a": 1} | tensor "a" is not an object
          {"a": {"dtype": "U8", "shape": [1]}} | tensor "a" has no "data_offsets"
          {"a": {"dtype": 8, "shape": [1]}} | tensor "a" has a dtype that is not a string
          {"a": {"dtype": "U8", "shape": 1}} | tensor "a" has a "shape" that is not a list
          {"a": {"dtype": "U8", "shape": [[1]]}} | \
              tensor "a" has [ in its "shape", expected an integer from 0 to 2⁶³-1
          {"a": {"dtype": "U8", "shape": [-1]}} | \
              tensor "a" has -1 in its "shape", expected an integer from 0 to 2⁶³-1
          {"a": {"dtype": "U8", "shape": [1.5]}} | \
              tensor "a" has 1.5 in its "shape", expected an integer from 0 to 2⁶³-1
          {"a": {"dtype": "U8", "shape": [9223372036854775808]}} | \
              tensor "a" has 9223372036854775808 in its "shape", expected an integer from 0 to 2⁶³-1
          {"a": {"dtype": "U8", "dtype": "U8"}} | tensor "a" has two members "dtype"
          {"a": {"type": "U8"}} | tensor "a" has a member "type"
          {"__metadata__": [1]} | "__metadata__" is not an object
          {"__metadata__": {"k": 1}} | "k" in "__metadata__" is not a string
          {"__metadata__": {"k": "", "k": ""}} | "k" occurs twice in "__metadata__"
          {"__metadata__": {}, "__metadata__": {}} | "__metadata__" occurs twice
          {} {} | something follows the end of the object
          """)
  void malformedHeader(String header, String how) throws IOException {
    var file = header(header);

    assertThat(refused(file))
        .hasMessage(
            file + " has a malformed header: " + how + ".\nFetch or export the file again.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          F32 | [2] | [0, 7] | has 7 bytes (data_offsets [0, 7]), but F32 [2] takes 8
          F32 | [0, 5] | [0, 4] | has 4 bytes (data_offsets [0, 4]), but F32 [0, 5] takes 0
          U8 | [2] | [4, 2] | has data_offsets [4, 2], expected [begin, end]
          U8 | [2] | [0] | has data_offsets [0], expected [begin, end]
          U8 | [2] | [0, 1, 2] | has data_offsets [0, 1, 2], expected [begin, end]
          U8 | [4294967296,4294967296] | [0, 0] | \
              has shape [4294967296, 4294967296], whose size does not fit into 63 bits
          F64 | [2305843009213693952] | [0, 0] | \
              has shape [2305843009213693952], whose size does not fit into 63 bits
          """)
  void shapeAndOffsetsThatDoNotAgree(String type, String shape, String offsets, String how)
      throws IOException {
    var file = header(tensor("a", type, shape, offsets), new byte[8]);

    assertThat(refused(file)).hasMessageContaining("malformed header: tensor \"a\" " + how + ".");
  }

  @Test
  void duplicateTensor() throws IOException {
    var twice = tensor("a", "U8", "[1]", "[0, 1]") + "," + tensor("a", "U8", "[1]", "[1, 2]");

    assertThat(refused(header(twice, new byte[2])))
        .hasMessageContaining("malformed header: \"a\" occurs twice.");
  }

  @Test
  void endlessShape() throws IOException {
    var shape = "[" + "1,".repeat(64) + "1]";

    assertThat(refused(header(tensor("a", "U8", shape, "[0, 1]"), new byte[1])))
        .hasMessageContaining("tensor \"a\" has a \"shape\" of more than 64 numbers.");
  }

  @Test
  void deepHeader() throws IOException {
    var deep = "{\"a\":".repeat(1_000_000) + "1" + "}".repeat(1_000_000);

    assertThat(refused(header(deep))).hasMessageContaining("tensor \"a\" has a member \"a\".");
  }

  @Test
  void everyDamagedByteEndsInAProblemOrInTensors() throws IOException {
    var original =
        Files.readAllBytes(
            Path.of("src/test/resources/format/safetensors/reference/every-type.safetensors"));
    var random = new Random(7);
    var file = folder.resolve("model.safetensors");
    for (int round = 0; round < 5_000; round++) {
      var bytes = original.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try (var arena = Arena.ofConfined()) {
        Safetensors.open(file, arena);
      } catch (Problem problem) {
        assertThat(problem).hasMessageStartingWith(file.toString());
      }
    }
  }

  private Problem refused(Path file) {
    return refused(file, Category.BAD_INPUT);
  }

  private static Problem refused(Path file, Category category) {
    try (var arena = Arena.ofConfined()) {
      var problem = catchThrowableOfType(Problem.class, () -> Safetensors.open(file, arena));
      assertThat(problem.category()).isEqualTo(category);
      return problem;
    }
  }

  private Path header(String header) throws IOException {
    return HostileFile.withHeader(folder, header, new byte[0]);
  }

  private Path header(String members, byte[] data) throws IOException {
    return HostileFile.withHeader(folder, "{" + members + "}", data);
  }

  private static String tensor(String name, String type, String shape, String offsets) {
    return "\"%s\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}"
        .formatted(name, type, shape, offsets);
  }
}
