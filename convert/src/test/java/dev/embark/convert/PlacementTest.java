package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.embark.Devices;
import dev.embark.backend.Backend;
import dev.embark.backend.SeveralBackends;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Placement;
import dev.embark.bundle.Stamp;
import dev.embark.bundle.Variant;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.ModelFiles;
import dev.embark.problem.Problem;
import dev.embark.progress.Progress;
import dev.embark.timing.Timing;
import dev.embark.verify.FirstUse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which variant a machine takes, by a clock that only the NPU moves.
final class PlacementTest {
  private static final long NPU_NANOS = 4_000_000;

  @TempDir static Path cache;
  @TempDir Path folder;
  private final AtomicLong clock = new AtomicLong();
  private NpuBundle npu;
  private Backend runtime;

  @BeforeEach
  void write() {
    var plain = NpuBundle.plain(folder, cache);
    npu = NpuBundle.of(plain, folder.resolve("npu"), cache);
    runtime = OnnxRuntimeBackend.load(cache);
  }

  private Backend load(String name) {
    return name.equals("rknn")
        ? new NpuBundle.Npu(
            runtime,
            (_, own, inputs, outputs) -> {
              own.run(inputs, outputs);
              clock.addAndGet(NPU_NANOS);
            })
        : runtime;
  }

  private List<Timing.Length> time(Variant variant) {
    var bundle = npu.bundle();
    var backend = SeveralBackends.of(variant.chain(), this::load);
    var files = ModelFiles.of(bundle, variant.chain());
    var proof = new FirstUse(bundle, variant, backend, cache);
    return new Timing(EmbedSettings.defaults().withCallers(1), clock::get)
        .run(files, backend, proof, List.of(8, 16), Progress.SILENT);
  }

  @Test
  void eachStageIsTimed() {
    var lengths = time(npu.bundle().manifest().preferred());
    assertThat(lengths).extracting(Timing.Length::tokens).containsExactly(8, 16);
    for (var length : lengths) {
      assertThat(length.whole()).isEqualTo(4);
      assertThat(length.stages())
          .containsExactly(entry("prologue", 0.0), entry("trunk", 4.0), entry("epilogue", 0.0));
    }
    var host = time(npu.bundle().manifest().variants().getLast());
    assertThat(host).extracting(Timing.Length::whole).containsExactly(0.0, 0.0);
  }

  @Test
  void lengthsAreThoseOfTheDevice() {
    var manifest = npu.bundle().manifest();
    int most = manifest.pipeline().maxTokens();
    assertThat(Timing.lengths(manifest.variants(), most)).containsExactly(most);
    assertThat(Timing.lengths(List.of(manifest.variants().getLast()), 128))
        .containsExactly(16, 64, 128);
  }

  @Test
  void theFasterOneIsUsedFromThenOn() {
    var placement = new Placement(npu.bundle(), cache);
    assertThat(names(placement)).containsExactly("rknn-fp16", "fp32");
    assertThat(opened(new WantedVariant.Preferred())).isEqualTo("rknn-fp16");

    assertThat(placement.write(List.of("fp32", "rknn-fp16")))
        .isEqualTo(new Stamp.Outcome.Written());

    assertThat(names(placement)).containsExactly("fp32", "rknn-fp16");
    assertThat(opened(new WantedVariant.Preferred())).isEqualTo("fp32");
    assertThat(opened(new WantedVariant.OfBackends(List.of("rknn")))).isEqualTo("rknn-fp16");
  }

  @Test
  void whatIsNotKnownStaysBehind() {
    var placement = new Placement(npu.bundle(), cache);
    placement.write(List.of("another", "fp32"));
    assertThat(names(placement)).containsExactly("fp32", "rknn-fp16");
  }

  private static List<String> names(Placement placement) {
    return placement.inOrder().stream().map(Variant::name).toList();
  }

  /// Where somebody asks for a simulator, what was timed says nothing of it.
  @Test
  void simulatorsAreNotPlaced() {
    new Placement(npu.bundle(), cache).write(List.of("fp32", "rknn-fp16"));
    assertThatThrownBy(
            () -> npu.open(new WantedVariant.OfBackends(List.of("rknn")), Devices.SIMULATED))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("toolchain");
    try (var model = npu.open(new WantedVariant.Preferred(), Devices.SIMULATED)) {
      assertThat(model.notices())
          .anyMatch(notice -> notice.contains("\"rknn-fp16\" cannot run here"));
    }
  }

  private String opened(WantedVariant wanted) {
    try (var model = npu.open(wanted, (name, _) -> load(name))) {
      return model.variant().name();
    }
  }
}
