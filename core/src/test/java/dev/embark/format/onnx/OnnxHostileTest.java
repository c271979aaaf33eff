package dev.embark.format.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that lie: each ends in its own message, none in anything but a [Problem].
class OnnxHostileTest {
  @TempDir Path folder;

  @Test
  void emptyFile() throws IOException {
    var file = Files.createFile(folder.resolve("model.onnx"));

    assertThat(refused(file))
        .hasMessage(
            file
                + " holds no graph.\nIt is empty, or no ONNX model.\n"
                + "Fetch or export the file again.");
  }

  @Test
  void anotherFormat() throws IOException {
    var file = Files.writeString(folder.resolve("model.onnx"), "{\"model_type\": \"bert\"}");

    assertThat(refused(file))
        .hasMessage(
            file
                + " is damaged at byte 0: field 15 is a group.\n"
                + "It is truncated, or of another format than its name says.\n"
                + "Fetch or export the file again.");
  }

  @Test
  void missingVersion() throws IOException {
    var file =
        Files.write(
            folder.resolve("model.onnx"), new Proto().message(7, new Proto()).toByteArray());

    assertThat(refused(file)).hasMessageStartingWith(file + " has IR version 0.");
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    OnnxFile.write(Models.linear(), folder.resolve("whole.onnx"));
    var whole = Files.readAllBytes(folder.resolve("whole.onnx"));
    var file = folder.resolve("model.onnx");
    int graphEnd = indexOfOpsets(whole);
    for (int length = 0; length < graphEnd; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThat(refused(file)).hasMessageStartingWith(file.toString());
    }
  }

  private static int indexOfOpsets(byte[] model) {
    for (int i = model.length - 1; i > 0; i--) {
      if (model[i] == (8 << 3 | 2)) {
        return i;
      }
    }
    throw new AssertionError("no operator sets");
  }

  @Test
  void lengthBeyondTheMessage() throws IOException {
    var file = bytes(8, 8, 7 << 3 | 2, 100);

    assertThat(refused(file))
        .hasMessageContaining(
            "is damaged at byte 2: a value of 100 bytes is announced where 0 are left.");
  }

  @Test
  void negativeLength() throws IOException {
    var file = bytes(7 << 3 | 2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);

    assertThat(refused(file))
        .hasMessageContaining(
            "a value of 18446744073709551615 bytes is announced where 0 are left");
  }

  @Test
  void endlessNumber() throws IOException {
    var file = bytes(8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);

    assertThat(refused(file)).hasMessageContaining("a number has more than 10 bytes");
  }

  @Test
  void numberCutInTheMiddle() throws IOException {
    assertThat(refused(bytes(8, 255))).hasMessageContaining("it ends inside a number");
  }

  @Test
  void fieldZero() throws IOException {
    assertThat(refused(bytes(0, 1))).hasMessageContaining("0x0 is no tag of a field");
  }

  @Test
  void fieldOfAnotherKind() throws IOException {
    assertThat(refused(bytes(1 << 3 | 2, 0)))
        .hasMessageContaining("field 1 is encoded as DELIMITED, expected VARINT");
  }

  @Test
  void nameThatIsNotUtf8() throws IOException {
    var graph = new Proto().bytes(2, (byte) 0xff);

    assertThat(refused(Proto.model(folder, graph))).hasMessageContaining("field 2 is not UTF-8");
  }

  @Test
  void twoGraphs() throws IOException {
    var model = new Proto().number(1, 8).message(7, new Proto()).message(7, new Proto());
    var file = Files.write(folder.resolve("model.onnx"), model.toByteArray());

    assertThat(refused(file)).hasMessageContaining("a second graph starts");
  }

  @Test
  void twoVersionsOfAnOperatorSet() throws IOException {
    var model =
        new Proto()
            .number(1, 8)
            .message(8, new Proto().text(1, "").number(2, 17))
            .message(8, new Proto().text(1, "ai.onnx").number(2, 18));
    var file = Files.write(folder.resolve("model.onnx"), model.toByteArray());

    assertThat(refused(file)).hasMessageContaining("operator set \"\" is imported twice");
  }

  @Test
  void twoInitializersOfOneName() throws IOException {
    var one = Proto.tensor("w", 2, 1).bytes(9, (byte) 1);

    assertThat(refused(Proto.model(folder, new Proto().message(5, one).message(5, one))))
        .hasMessageContaining("a second initializer is called \"w\"");
  }

  @Test
  void initializerWithoutName() throws IOException {
    assertThat(refused(Proto.modelOf(folder, Proto.tensor("", 2, 0))))
        .hasMessageContaining("an initializer has no name");
  }

  @Test
  void nodeWithoutOperator() throws IOException {
    var graph = new Proto().message(1, new Proto().text(3, "n"));

    assertThat(refused(Proto.model(folder, graph)))
        .hasMessageContaining("node \"n\" has no op_type");
  }

  @Test
  void rawDataOfAnotherLength() throws IOException {
    var file = Proto.modelOf(folder, Proto.tensor("w", 1, 2, 3).bytes(9, new byte[20]));

    assertThat(refused(file))
        .hasMessage(
            file
                + ": initializer \"w\" has 20 bytes of data, but F32 [2, 3] takes 24.\n"
                + "The file is damaged or was written by a faulty tool.\n"
                + "Fetch or export the model again.");
  }

  @Test
  void shapeThatClaimsMoreThanIsThere() throws IOException {
    var tensor = Proto.tensor("w", 7, 1L << 40).number(7, 1, 2);

    assertThat(refused(Proto.modelOf(folder, tensor)))
        .hasMessageContaining(
            "initializer \"w\" has 2 values, but I64 [1099511627776] takes 1099511627776.");
  }

  @Test
  void shapesOutOfRange() throws IOException {
    assertThat(refused(Proto.modelOf(folder, Proto.tensor("w", 1, 2, -3))))
        .hasMessageContaining("initializer \"w\" has the negative dimension -3.");
    assertThat(refused(Proto.modelOf(folder, Proto.tensor("w", 1, 1L << 62, 4))))
        .hasMessageContaining(
            "initializer \"w\" has shape [4611686018427387904, 4], whose size does not fit into 63"
                + " bits.");
  }

  @ParameterizedTest
  @CsvSource({
    "8, STRING",
    "17, FLOAT8E4M3FN",
    "20, FLOAT8E5M2FNUZ",
    "14, COMPLEX64",
    "0, UNDEFINED"
  })
  void typesThatEmbarkDoesNotRead(int number, String name) throws IOException {
    var file = Proto.modelOf(folder, Proto.tensor("w", number, 1));

    assertThat(refused(file, Category.UNSUPPORTED))
        .hasMessage(
            file
                + ": initializer \"w\" is of type "
                + name
                + ", which Embark does not read.\n"
                + "Export the model with float or integer tensors.");
  }

  @Test
  void typeThatOnnxDoesNotKnow() throws IOException {
    assertThat(refused(Proto.modelOf(folder, Proto.tensor("w", 99, 1)), Category.UNSUPPORTED))
        .hasMessageContaining(
            "initializer \"w\" is of type number 99, which Embark does not read.");
  }

  @Test
  void sparseInitializer() throws IOException {
    assertThat(
            refused(
                Proto.model(folder, new Proto().message(15, new Proto())), Category.UNSUPPORTED))
        .hasMessageContaining("has a sparse initializer.");
  }

  @Test
  void inputThatIsNoTensor() throws IOException {
    var sequence = new Proto().text(1, "x").message(2, new Proto().message(4, new Proto()));

    assertThat(
            refused(Proto.model(folder, new Proto().message(11, sequence)), Category.UNSUPPORTED))
        .hasMessageContaining("has value \"x\", which is no tensor.");
  }

  @Test
  void inputWithoutShape() throws IOException {
    var type = new Proto().message(1, new Proto().number(1, 1));
    var input = new Proto().text(1, "x").message(2, type);

    assertThat(refused(Proto.model(folder, new Proto().message(11, input)), Category.UNSUPPORTED))
        .hasMessageContaining("has value \"x\", which has no shape.");
  }

  @Test
  void externalDataOutsideTheFolder() throws IOException {
    var model = Files.createDirectory(folder.resolve("model"));
    Files.write(folder.resolve("secret"), new byte[4]);
    Files.createSymbolicLink(model.resolve("link"), folder.resolve("secret"));
    for (var location : new String[] {"../secret", folder.resolve("secret").toString(), "link"}) {
      var file = Proto.modelOf(model, Proto.tensor("w", 2, 4).external("location", location));

      assertThat(refused(file))
          .hasMessageStartingWith(
              file + " refers to \"" + location + "\", which is outside the model's folder.");
    }
  }

  @Test
  void missingExternalData() throws IOException {
    var file = Proto.modelOf(folder, Proto.tensor("w", 2, 4).external("location", "data"));

    assertThat(refused(file))
        .hasMessageStartingWith(file + " refers to \"data\", which does not exist.");
  }

  @Test
  void externalDataWithoutLocation() throws IOException {
    assertThat(refused(Proto.modelOf(folder, Proto.tensor("w", 2, 4).external("offset", "0"))))
        .hasMessageContaining(
            "initializer \"w\" is stored in another file whose location is not given.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4 | 4 | is stored in 4 bytes from 4 on of "data", which has 6
          9223372036854775807 | 4 | \
              is stored in 4 bytes from 9223372036854775807 on of "data", which has 6
          1 | 9223372036854775807 | \
              is stored in 9223372036854775807 bytes from 1 on of "data", which has 6
          0 | 5 | has 5 bytes of data, but U8 [4] takes 4
          -1 | 4 | is stored in another file at offset "-1", expected a number
          0 | many | is stored in another file at length "many", expected a number
          """)
  void externalDataOutOfRange(String offset, String length, String how) throws IOException {
    Files.write(folder.resolve("data"), new byte[6]);
    var tensor =
        Proto.tensor("w", 2, 4).external("location", "data", "offset", offset, "length", length);

    assertThat(refused(Proto.modelOf(folder, tensor)))
        .hasMessageContaining("initializer \"w\" " + how + ".");
  }

  @Test
  void deepSubgraphsAreNotEntered() throws IOException {
    var graph = new Proto();
    for (int depth = 0; depth < 1_000; depth++) {
      var attribute = new Proto().text(1, "body").number(20, 5).message(6, graph);
      graph = new Proto().message(1, new Proto().text(4, "Loop").message(5, attribute));
    }
    var file = Proto.model(folder, graph);

    try (var arena = Arena.ofConfined()) {
      assertThat(OnnxFile.read(file, arena).graph().nodes().getFirst().attributes())
          .containsExactly(new OnnxAttribute.Other("body"));
    }
  }

  @Test
  void millionsOfEmptyNodesEndBeforeTheHeapDoes() throws IOException {
    var graph = new byte[5_000_000 * 5];
    var node = new byte[] {1 << 3 | 2, 3, 4 << 3 | 2, 1, 'X'};
    for (int at = 0; at < graph.length; at += node.length) {
      System.arraycopy(node, 0, graph, at, node.length);
    }
    var model = new Proto().number(1, 8).bytes(7, graph);
    var file = Files.write(folder.resolve("model.onnx"), model.toByteArray());

    assertThat(refused(file))
        .hasMessage(
            file
                + " holds more names, numbers and messages than Embark is willing to read.\n"
                + "No model of this kind needs as many; the file may be made to exhaust memory.");
  }

  @Test
  void everyDamagedByteEndsInAProblemOrInAModel() throws IOException {
    var original =
        Files.readAllBytes(Path.of("src/test/resources/format/onnx/reference/every-form.onnx"));
    var random = new Random(7);
    var file = folder.resolve("model.onnx");
    for (int round = 0; round < 5_000; round++) {
      var bytes = original.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try (var arena = Arena.ofConfined()) {
        OnnxFile.read(file, arena);
      } catch (Problem problem) {
        assertThat(problem).hasMessageStartingWith(file.toString());
      }
    }
  }

  private Path bytes(int... values) throws IOException {
    var bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Files.write(folder.resolve("model.onnx"), bytes);
  }

  private static Problem refused(Path file) {
    return refused(file, Category.BAD_INPUT);
  }

  private static Problem refused(Path file, Category category) {
    try (var arena = Arena.ofConfined()) {
      var problem = catchThrowableOfType(Problem.class, () -> OnnxFile.read(file, arena));
      assertThat(problem.category()).isEqualTo(category);
      return problem;
    }
  }
}
