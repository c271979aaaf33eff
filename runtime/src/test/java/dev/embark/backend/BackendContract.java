package dev.embark.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.backend.Executable.Port;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every backend has to do, shown on [TinyModel].
public abstract class BackendContract {
  private static final int VOCAB = 32;
  private static final double TOLERANCE = 1e-6;

  protected final TinyModel model = new TinyModel(VOCAB);
  private final Arena arena = Arena.ofShared();
  private Executable executable;

  /// Returns [#model], opened by the backend under test.
  protected abstract Executable open();

  @BeforeEach
  final void openModel() {
    executable = open();
  }

  @AfterEach
  final void closeModel() {
    executable.close();
    arena.close();
  }

  private static final long[][] IDS = {{3, 7, 1, 0}, {5, 9, 2, 11}};
  private static final long[][] MASK = {{1, 1, 1, 0}, {2, 2, 1, 1}};
  private static final long[][] TYPES = {{0, 0, 1, 0}, {0, 1, 1, 0}};

  private Tensor longs(long[][] rows) {
    MemorySegment memory = arena.allocate((long) rows.length * rows[0].length * 8, 8);
    for (int row = 0; row < rows.length; row++) {
      MemorySegment.copy(
          rows[row],
          0,
          memory,
          ValueLayout.JAVA_LONG,
          (long) row * rows[0].length * 8,
          rows[0].length);
    }
    return new Tensor(ElementType.I64, Shape.of(rows.length, rows[0].length), memory);
  }

  private Tensor floats(long... sizes) {
    var shape = Shape.of(sizes);
    return new Tensor(ElementType.F32, shape, arena.allocate(shape.elementCount() * 4, 4));
  }

  private Map<String, Tensor> inputs(long[][] ids, long[][] mask, long[][] types) {
    return Map.of(
        "input_ids", longs(ids), "attention_mask", longs(mask), "token_type_ids", longs(types));
  }

  private float[] embed(long[][] ids, long[][] mask, long[][] types) {
    Tensor output = floats(ids.length, TinyModel.HIDDEN);
    executable.run(inputs(ids, mask, types), Map.of("sentence_embedding", output));
    return output.bytes().toArray(ValueLayout.JAVA_FLOAT);
  }

  private double[] expected(long[] ids, long[] mask, long[] types) {
    var mean = new double[TinyModel.HIDDEN];
    double squares = 0;
    for (int j = 0; j < TinyModel.HIDDEN; j++) {
      int count = 0;
      for (int token = 0; token < ids.length; token++) {
        if (mask[token] == 1) {
          mean[j] += model.value(ids[token], types[token], j);
          count++;
        }
      }
      mean[j] /= count;
      squares += mean[j] * mean[j];
    }
    for (int j = 0; j < TinyModel.HIDDEN; j++) {
      mean[j] /= Math.sqrt(squares);
    }
    return mean;
  }

  private void isExpected(float[] vectors, int row, double[] expected) {
    for (int j = 0; j < TinyModel.HIDDEN; j++) {
      assertThat((double) vectors[row * TinyModel.HIDDEN + j])
          .as("row %d, value %d", row, j)
          .isCloseTo(expected[j], within(TOLERANCE));
    }
  }

  @Test
  final void portsAreThoseOfTheModel() {
    assertThat(executable.inputs())
        .extracting(Port::name)
        .containsExactlyInAnyOrder("input_ids", "attention_mask", "token_type_ids");
    assertThat(executable.outputs())
        .filteredOn(port -> port.name().equals("sentence_embedding"))
        .singleElement()
        .satisfies(port -> {
          assertThat(port.type()).isEqualTo(ElementType.F32);
          assertThat(port.shape()).hasToString("[batch, " + TinyModel.HIDDEN + "]");
        });
  }

  @Test
  final void poolsTokensWhoseMaskIsOneAndOnlyThose() {
    float[] vectors = embed(IDS, MASK, TYPES);
    for (int row = 0; row < IDS.length; row++) {
      isExpected(vectors, row, expected(IDS[row], MASK[row], TYPES[row]));
    }
  }

  @Test
  final void severalOutputsComeFromOneRun() {
    Tensor hidden = floats(2, 4, TinyModel.HIDDEN);
    Tensor pooled = floats(2, TinyModel.HIDDEN);
    executable.run(
        inputs(IDS, MASK, TYPES),
        Map.of("last_hidden_state", hidden, "sentence_embedding", pooled));
    assertThat(pooled.bytes().toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(embed(IDS, MASK, TYPES));
    for (int token = 0; token < 4; token++) {
      for (int j = 0; j < TinyModel.HIDDEN; j++) {
        long index = ((long) token + 4) * TinyModel.HIDDEN + j;
        assertThat((double) hidden.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, index))
            .isCloseTo(model.value(IDS[1][token], TYPES[1][token], j), within(TOLERANCE));
      }
    }
  }

  @Test
  final void shapesChangeFromRunToRun() {
    for (int length = 1; length <= 40; length++) {
      long[][] ids = new long[3][length];
      long[][] mask = new long[3][length];
      for (int row = 0; row < ids.length; row++) {
        for (int token = 0; token < length; token++) {
          ids[row][token] = (row * 7L + token) % (VOCAB - 1);
          mask[row][token] = 1;
        }
      }
      float[] vectors = embed(ids, mask, new long[3][length]);
      isExpected(vectors, 2, expected(ids[2], mask[2], new long[length]));
    }
  }

  @Test
  final void sameInputsGiveTheSameBits() {
    assertThat(embed(IDS, MASK, TYPES)).isEqualTo(embed(IDS, MASK, TYPES));
  }

  @Test
  final void threadsShareOneExecutable() throws Exception {
    float[] alone = embed(IDS, MASK, TYPES);
    try (var threads = Executors.newFixedThreadPool(4)) {
      var tasks = new ArrayList<Callable<float[]>>();
      for (int i = 0; i < 200; i++) {
        tasks.add(() -> embed(IDS, MASK, TYPES));
      }
      for (Future<float[]> vectors : threads.invokeAll(tasks)) {
        assertThat(vectors.get()).isEqualTo(alone);
      }
    }
  }

  @Test
  final void tokenBeyondTheTableIsBadInput() {
    long[][] ids = {{3, VOCAB}};
    assertThatThrownBy(() -> embed(ids, new long[][] {{1, 1}}, new long[1][2]))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT));
  }

  @Test
  final void unknownAndMissingNamesAreDefects() {
    var inputs = inputs(IDS, MASK, TYPES);
    var unknown = Map.of("pooler_output", floats(2, TinyModel.HIDDEN));
    assertThatThrownBy(() -> executable.run(inputs, unknown))
        .isInstanceOf(IllegalArgumentException.class);
    var missing = Map.of("input_ids", longs(IDS));
    var wanted = Map.of("sentence_embedding", floats(2, TinyModel.HIDDEN));
    assertThatThrownBy(() -> executable.run(missing, wanted))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> executable.run(inputs, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  final void tensorsOnTheHeapAreDefects() {
    var inputs = inputs(IDS, MASK, TYPES);
    var onHeap =
        Map.of(
            "sentence_embedding",
            Tensor.of(Shape.of(2, TinyModel.HIDDEN), new float[2 * TinyModel.HIDDEN]));
    assertThatThrownBy(() -> executable.run(inputs, onHeap))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
