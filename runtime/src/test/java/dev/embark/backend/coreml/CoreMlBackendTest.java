package dev.embark.backend.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.Executable;
import dev.embark.backend.Executable.Port;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Surgery;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The border of the evaluator, on a program that adds up the rows of its tokens.
final class CoreMlBackendTest {
  private static final int ROWS = SumProgram.ROWS;
  private static final int WIDTH = SumProgram.WIDTH;
  private static final int LENGTH = SumProgram.LENGTH;
  private static final String OUTPUT = "sentence_embedding";

  @TempDir Path folder;
  private final Arena arena = Arena.ofShared();
  private Path file = Path.of("");
  private Executable program;

  @BeforeEach
  void open() {
    file = folder.resolve("sum" + MlPackage.EXTENSION);
    MlPackage.write(SumProgram.model(), List.of(), file);
    program = new CoreMlBackend().open(file);
  }

  @AfterEach
  void close() {
    program.close();
    arena.close();
  }

  private Tensor tensor(ElementType type, long... sizes) {
    var shape = Shape.of(sizes);
    return new Tensor(type, shape, arena.allocate(type.bytes(shape.elementCount()), Long.BYTES));
  }

  private Map<String, Tensor> ids(long... ids) {
    var tensor = tensor(ElementType.I64, 1, ids.length);
    for (int i = 0; i < ids.length; i++) {
      tensor.bytes().setAtIndex(ValueLayout.JAVA_LONG, i, ids[i]);
    }
    return Map.of("input_ids", tensor);
  }

  private float[] sum(long... ids) {
    var output = tensor(ElementType.F32, 1, WIDTH);
    program.run(ids(ids), Map.of(OUTPUT, output));
    return output.bytes().toArray(ValueLayout.JAVA_FLOAT);
  }

  @Test
  void portsAreThoseOfTheGraph() {
    assertThat(program.inputs())
        .containsExactly(new Port("input_ids", ElementType.I64, Shape.of(1, LENGTH)));
    assertThat(program.outputs())
        .containsExactly(new Port(OUTPUT, ElementType.F32, Shape.of(1, WIDTH)));
  }

  @Test
  void computesWhatTheFileSays() {
    assertThat(sum(0, 1, 4, 4)).containsExactly(90, 94, 98);
  }

  @Test
  void threadsShareOneProgram() throws Exception {
    try (var threads = Executors.newFixedThreadPool(4)) {
      var tasks = new ArrayList<Callable<float[]>>();
      for (int i = 0; i < 200; i++) {
        tasks.add(() -> sum(1, 2, 3, 4));
      }
      for (var each : threads.invokeAll(tasks)) {
        assertThat(each.get()).containsExactly(100, 104, 108);
      }
    }
  }

  @Test
  void idsBeyondTheTableAreBadInput() {
    for (long id : new long[] {-1, ROWS}) {
      assertThatThrownBy(() -> sum(0, 0, 0, id))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT));
    }
  }

  @Test
  void tensorsThatDoNotFitAreDefects() {
    var output = Map.of(OUTPUT, tensor(ElementType.F32, 1, WIDTH));
    var ids = ids(0, 1, 2, 3);
    refused(ids(0, 1, 2), output);
    refused(Map.of(), output);
    refused(Map.of("tokens", ids.values().iterator().next()), output);
    refused(Map.of("input_ids", tensor(ElementType.I32, 1, LENGTH)), output);
    refused(ids, Map.of());
    refused(ids, Map.of(OUTPUT, tensor(ElementType.F32, 1, WIDTH + 1)));
    refused(ids, Map.of(OUTPUT, tensor(ElementType.F16, 1, WIDTH)));
    refused(ids, Map.of(OUTPUT, Tensor.of(Shape.of(1, WIDTH), new float[WIDTH])));
  }

  private void refused(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    assertThatThrownBy(() -> program.run(inputs, outputs))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unsoundPackagesDoNotOpen() {
    Surgery.edit(file, model -> Surgery.without(model, "gather", "axis"));
    assertThatThrownBy(() -> new CoreMlBackend().open(file))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("the parameter \"axis\" is missing");
  }
}
