package dev.embark.backend.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.backend.Executable;
import dev.embark.backend.Executable.Port;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TableBackendTest {
  private static final int ROWS = 5;
  private static final int DIMENSION = 3;

  @TempDir Path folder;
  private Arena arena = Arena.ofShared();

  @BeforeEach
  void openArena() {
    arena = Arena.ofShared();
  }

  @AfterEach
  void closeArena() {
    arena.close();
  }

  /// Value `j` of row `id`.
  private static float value(long id, int j) {
    return id * 2 - j * 0.5f;
  }

  private static Tensor table() {
    var values = new float[ROWS * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(i / DIMENSION, i % DIMENSION);
    }
    return Tensor.of(Shape.of(ROWS, DIMENSION), values);
  }

  private Path write(Map<String, Tensor> tensors, Map<String, String> metadata) {
    Path file = folder.resolve("table.safetensors");
    Safetensors.write(file, tensors, metadata);
    return file;
  }

  private Executable open(Mean mean) {
    return new TableBackend().open(write(Map.of(TableBackend.TENSOR, table()), mean.toMetadata()));
  }

  private Tensor longs(long[][] rows) {
    var shape = Shape.of(rows.length, rows[0].length);
    MemorySegment memory = arena.allocate(shape.elementCount() * 8, 8);
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < rows[row].length; i++) {
        memory.setAtIndex(ValueLayout.JAVA_LONG, (long) row * rows[row].length + i, rows[row][i]);
      }
    }
    return new Tensor(ElementType.I64, shape, memory);
  }

  private Tensor floats(int texts) {
    return new Tensor(
        ElementType.F32,
        Shape.of(texts, DIMENSION),
        arena.allocate((long) texts * DIMENSION * 4, 4));
  }

  private float[] run(Executable executable, long[][] ids, long[][] mask) {
    Tensor output = floats(ids.length);
    executable.run(
        Map.of("input_ids", longs(ids), "attention_mask", longs(mask)),
        Map.of("sentence_embedding", output));
    return output.bytes().toArray(ValueLayout.JAVA_FLOAT);
  }

  @Test
  void vectorIsTheMeanOfTheTokensThatCount() {
    try (var executable = open(Mean.AS_IT_IS)) {
      float[] vectors =
          run(
              executable,
              new long[][] {{1, 3, 4}, {2, 2, 0}, {4, 4, 4}},
              new long[][] {{1, 1, 0}, {1, 1, 1}, {0, 0, 0}});
      for (int j = 0; j < DIMENSION; j++) {
        assertThat(vectors[j]).isEqualTo((value(1, j) + value(3, j)) / 2);
        assertThat(vectors[DIMENSION + j])
            .isCloseTo((2 * value(2, j) + value(0, j)) / 3, within(1e-6f));
        assertThat(vectors[2 * DIMENSION + j]).isZero();
      }
    }
  }

  @Test
  void vectorHasLengthOneWhereTheFileSaysSo() {
    try (var executable = open(Mean.LENGTH_ONE)) {
      float[] vectors =
          run(executable, new long[][] {{1, 3}, {0, 0}}, new long[][] {{1, 1}, {0, 0}});
      double squares = 0;
      for (int j = 0; j < DIMENSION; j++) {
        squares += (double) vectors[j] * vectors[j];
        assertThat(vectors[DIMENSION + j]).isZero();
      }
      assertThat(squares).isCloseTo(1, within(1e-6));
      assertThat(vectors[1] / vectors[0])
          .isCloseTo((value(1, 1) + value(3, 1)) / (value(1, 0) + value(3, 0)), within(1e-6f));
    }
  }

  @Test
  void vectorDoesNotDependOnTheBatch() {
    try (var executable = open(Mean.LENGTH_ONE)) {
      float[] together =
          run(executable, new long[][] {{1, 3, 2}, {4, 1, 0}}, new long[][] {{1, 1, 1}, {1, 1, 0}});
      float[] alone = run(executable, new long[][] {{4, 1}}, new long[][] {{1, 1}});
      for (int j = 0; j < DIMENSION; j++) {
        assertThat(alone[j]).isEqualTo(together[DIMENSION + j]);
      }
    }
  }

  @Test
  void portsSayWhatGoesInAndComesOut() {
    try (var executable = open(Mean.AS_IT_IS)) {
      assertThat(executable.inputs())
          .extracting(Port::name)
          .containsExactly("input_ids", "attention_mask");
      assertThat(executable.outputs())
          .singleElement()
          .satisfies(port -> {
            assertThat(port.name()).isEqualTo("sentence_embedding");
            assertThat(port.shape()).hasToString("[batch, 3]");
          });
    }
    assertThat(new TableBackend().name()).isEqualTo("table");
    assertThat(new TableBackend().version()).isEqualTo("1");
  }

  @Test
  void idBeyondTheTableIsBadInput() {
    try (var executable = open(Mean.AS_IT_IS)) {
      assertThatThrownBy(() -> run(executable, new long[][] {{5}}, new long[][] {{1}}))
          .isInstanceOfSatisfying(Problem.class, TableBackendTest::isBadInput)
          .hasMessage(
              """
              Token id 5 is beyond the table, which has 5 rows.
              The tokenizer belongs to another model.
              Take all files from the same revision and convert the model again.\
              """);
    }
  }

  @Test
  void wrongNamesAndShapesAreDefects() {
    try (var executable = open(Mean.AS_IT_IS)) {
      var ids = longs(new long[][] {{1}});
      var inputs = Map.of("input_ids", ids, "attention_mask", ids);
      var output = Map.of("sentence_embedding", floats(1));
      assertThatThrownBy(() -> executable.run(Map.of("input_ids", ids), output))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> executable.run(inputs, Map.of("pooled", floats(1))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> executable.run(inputs, Map.of("sentence_embedding", floats(2))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("sentence_embedding is F32 [2, 3], expected F32 [1, 3]");
      var onHeap = Tensor.of(Shape.of(1, DIMENSION), 0, 0, 0);
      assertThatThrownBy(() -> executable.run(inputs, Map.of("sentence_embedding", onHeap)))
          .hasMessage("sentence_embedding lies on the heap");
    }
  }

  @Test
  void filesThatAreNoTablesAreBadInput() {
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> new TableBackend().open(none))
        .isInstanceOfSatisfying(Problem.class, TableBackendTest::isBadInput)
        .hasMessage("There is no file " + none + ".\nCheck that the bundle is complete.");
    Path other = write(Map.of("other", table()), Mean.AS_IT_IS.toMetadata());
    assertThatThrownBy(() -> new TableBackend().open(other))
        .isInstanceOfSatisfying(Problem.class, TableBackendTest::isBadInput)
        .hasMessage(
            other
                + """
                 is not a table of vectors: its tensors are [other].
                Embark expects one, "embedding.weight" [rows, dimension], of floating point numbers.
                Convert the original checkpoint with Embark.\
                """);
  }

  @Test
  void fileThatDoesNotSayHowIsBadInput() {
    Path silent = write(Map.of(TableBackend.TENSOR, table()), Map.of("format", "pt"));
    assertThatThrownBy(() -> new TableBackend().open(silent))
        .isInstanceOfSatisfying(Problem.class, TableBackendTest::isBadInput)
        .hasMessage(
            silent
                + """
                 does not say how a vector is made of its table: its metadata are {format=pt}.
                Embark expects "pooling" to be "mean" and "normalize" to be "true" or "false".
                Convert the original checkpoint with Embark.\
                """);
  }

  private static void isBadInput(Problem problem) {
    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
  }
}
