package dev.embark.backend.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.Executable;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
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
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What is sent to Core ML, up to the line behind which only a Mac answers.
final class AppleBackendTest {
  private static final String OUTPUT = "sentence_embedding";
  private static final int WIDTH = SumProgram.WIDTH;

  @TempDir Path folder;
  private final Arena arena = Arena.ofShared();
  private FakeObjectiveC mac;
  private AppleBackend backend;
  private Path file = Path.of("");

  @BeforeEach
  void write() {
    mac = new FakeObjectiveC();
    mac.width = WIDTH;
    backend = new AppleBackend(new ObjectiveC(mac.library()));
    file = folder.resolve("sum" + MlPackage.EXTENSION);
    MlPackage.write(SumProgram.model(), List.of(), file);
  }

  @AfterEach
  void close() {
    arena.close();
    mac.close();
  }

  private float[] sum(Executable program, long... ids) {
    var given = tensor(ElementType.I64, ids.length);
    for (int i = 0; i < ids.length; i++) {
      given.bytes().setAtIndex(ValueLayout.JAVA_LONG, i, ids[i]);
    }
    var output = tensor(ElementType.F32, WIDTH);
    program.run(Map.of("input_ids", given), Map.of(OUTPUT, output));
    return output.bytes().toArray(ValueLayout.JAVA_FLOAT);
  }

  private Tensor tensor(ElementType type, long columns) {
    var shape = Shape.of(1, columns);
    return new Tensor(type, shape, arena.allocate(type.bytes(columns), Long.BYTES));
  }

  @Test
  void valuesComeFromWhereTheirStridesSay() {
    try (var program = backend.open(file)) {
      assertThat(sum(program, 1, 2, 3, 4)).containsExactly(10, 11, 12);
      assertThat(sum(program, 0, 0, 0, 1)).containsExactly(1, 2, 3);
    }
    assertThat(mac.sent).noneMatch(message -> message.startsWith("threw"));
  }

  @Test
  void whatIsMadeIsGivenBackOnOneThread() throws Exception {
    try (var program = backend.open(file);
        var threads = Executors.newFixedThreadPool(4)) {
      var tasks = new ArrayList<Callable<float[]>>();
      for (int i = 0; i < 50; i++) {
        tasks.add(() -> sum(program, 1, 1, 1, 1));
      }
      for (var each : threads.invokeAll(tasks)) {
        assertThat(each.get()).containsExactly(4, 5, 6);
      }
    }
    assertThat(mac.owned).isZero();
    assertThat(mac.pools).isZero();
    assertThat(mac.threads).containsExactly("embark-coreml");
  }

  @Test
  void selectorsComeInTheOrderOfTheFramework() {
    try (var program = backend.open(file)) {
      sum(program, 1, 1, 1, 1);
    }
    assertThat(mac.sent)
        .containsSubsequence(
            "NSURL fileURLWithPath:",
            "MLModel compileModelAtURL:error:",
            "MLModelConfiguration alloc",
            "Instance init",
            "Instance setComputeUnits:",
            "MLModel modelWithContentsOfURL:configuration:error:",
            "Instance retain",
            "Instance release",
            "MLMultiArray alloc",
            "Instance initWithShape:dataType:error:",
            "MLFeatureValue featureValueWithMultiArray:",
            "NSDictionary dictionaryWithObjects:forKeys:count:",
            "MLDictionaryFeatureProvider alloc",
            "Instance initWithDictionary:error:",
            "Instance predictionFromFeatures:error:",
            "Dictionary featureValueForName:",
            "Block multiArrayValue");
    assertThat(mac.units).isEqualTo(1);
    assertThat(mac.function).isEmpty();
  }

  @Test
  void whatCoreMlRefusesIsAProblemInItsWords() {
    for (var failing :
        List.of("compileModelAtURL:error:", "modelWithContentsOfURL:configuration:error:")) {
      mac.failing = failing;
      assertThatThrownBy(() -> backend.open(file))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("sum.mlpackage")
          .hasMessageContaining("it will not");
    }
    mac.failing = "";
    try (var program = backend.open(file)) {
      mac.failing = "predictionFromFeatures:error:";
      assertThatThrownBy(() -> sum(program, 1, 1, 1, 1))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("Core ML cannot compute")
          .hasMessageContaining("it will not");
      mac.failing = "";
    }
    assertThat(mac.owned).isZero();
    assertThat(mac.pools).isZero();
  }

  @Test
  void resultsOfAnotherShapeAreRefused() {
    mac.width = WIDTH + 1;
    try (var program = backend.open(file)) {
      assertThatThrownBy(() -> sum(program, 1, 1, 1, 1))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("it is not of shape [1, 3]");
    }
  }

  @Test
  @DisabledOnOs(OS.MAC)
  void elsewhereCoreMlIsUnavailable() {
    assertThat(AppleBackend.isHere()).isFalse();
    assertThatThrownBy(AppleBackend::load)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE));
  }
}
