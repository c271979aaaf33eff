package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.Devices;
import dev.embark.Embark;
import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.Observed;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.WantedVariant;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A corpus that nobody watches, on a bundle for an NPU and ONNX Runtime, when the NPU goes away in
/// the middle.
final class HandOverTest {
  private static final int TEXTS = 2_500;
  private static final int GOOD = 1_000;

  @TempDir static Path cache;
  @TempDir Path folder;

  /// Computes so many texts; from then on it leaves nonsense behind, and fails.
  private static Observed.Observer failing(AtomicInteger left) {
    return (_, own, inputs, outputs) -> {
      if (left.getAndDecrement() > 0) {
        own.run(inputs, outputs);
        return;
      }
      outputs
          .values()
          .forEach(each -> each.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, 0, Float.NaN));
      throw new Problem(Category.UNAVAILABLE, "The NPU went away.", "", "");
    };
  }

  /// A device whose file does not open: the driver is not there, or it is for another chip.
  private record Closed(Category category) implements Backend {
    @Override
    public String name() {
      return "rknn";
    }

    @Override
    public String version() {
      return "of a test";
    }

    @Override
    public Executable open(Path file) {
      throw new Problem(category, "The NPU does not take the file.", "", "");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BAD_INPUT", "UNAVAILABLE"})
  void whatDoesNotOpenIsReplacedOnlyWhereThatIsDeclared(Category category) {
    var plain = NpuBundle.plain(folder, cache);
    var bundle = NpuBundle.of(plain, folder.resolve("npu"), cache);
    Devices devices = NpuBundle.with(new Closed(category));

    var both = new WantedVariant.OfBackends(List.of("rknn", "onnxruntime"));
    for (var wanted : List.of(both, new WantedVariant.Preferred())) {
      try (var model = bundle.open(wanted, devices)) {
        assertThat(model.variant().name()).isEqualTo("fp32");
        assertThat(model.notices())
            .singleElement()
            .asString()
            .contains("\"rknn-fp16\" cannot run here: The NPU does not take the file.");
      }
    }
    var alone = new WantedVariant.OfBackends(List.of("rknn"));
    for (var wanted : List.of(alone, new WantedVariant.Named("rknn-fp16", "a test"))) {
      assertThatThrownBy(() -> bundle.open(wanted, devices))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("does not take the file");
    }
  }

  /// Wrong vectors are no reason to go on with others in silence.
  @Test
  void aDeviceThatComputesSomethingElseIsTold() {
    var plain = NpuBundle.plain(folder, cache);
    var wrong =
        new NpuBundle.Npu(
            OnnxRuntimeBackend.load(cache),
            (_, own, inputs, outputs) -> {
              own.run(inputs, outputs);
              outputs
                  .values()
                  .forEach(each -> each.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, 0, 3f));
            });
    var bundle = NpuBundle.of(plain, folder.resolve("npu"), cache);
    assertThatThrownBy(() -> bundle.open(new WantedVariant.Preferred(), NpuBundle.with(wrong)))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED));
  }

  private static List<String> texts() {
    var texts = new ArrayList<String>();
    for (int i = 0; i < TEXTS; i++) {
      texts.add("river " + i + " stone".repeat(i % 6));
    }
    return texts;
  }

  /// Keeps what is logged.
  private static final class Kept extends Handler {
    private final List<String> lines = new ArrayList<>();

    @Override
    public synchronized void publish(LogRecord line) {
      lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aCorpusEndsCompleteInOrderAndRight() {
    var plain = NpuBundle.plain(folder, cache);
    List<float[]> expected;
    try (var model = Trial.open(plain.folder(), cache)) {
      expected = model.embedDocuments(texts());
    }
    var left = new AtomicInteger(Integer.MAX_VALUE);
    var npu = new NpuBundle.Npu(OnnxRuntimeBackend.load(cache), failing(left));
    var logged = new Kept();
    var log = Logger.getLogger(Embark.class.getName());
    log.addHandler(logged);
    log.setUseParentHandlers(false);
    var wanted = new WantedVariant.OfBackends(List.of("rknn", "onnxruntime"));
    try (var model =
        NpuBundle.of(plain, folder.resolve("npu"), cache).open(wanted, NpuBundle.with(npu))) {
      assertThat(model.variant().chain().backend()).isEqualTo("rknn");
      assertThat(left).as("the first link is proven").hasValueLessThan(Integer.MAX_VALUE);
      left.set(GOOD);

      var vectors = model.embedDocuments(texts());

      assertThat(left).hasValueLessThan(0);
      assertThat(vectors).hasSize(TEXTS);
      for (int i = 0; i < TEXTS; i++) {
        assertThat(Fixtures.difference(vectors.get(i), expected.get(i)))
            .as("text %d", i)
            .isLessThan(1e-5f);
      }
      assertThat(model.handovers())
          .singleElement()
          .asString()
          .contains("rknn-fp16", "fp32", "The NPU went away.");
      assertThat(logged.lines).isEqualTo(model.handovers());
    } finally {
      log.removeHandler(logged);
      log.setUseParentHandlers(true);
    }
  }
}
