package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Proof;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.convert.Conversion.Trust;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Engine;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.Flavor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Checkpoints of real size: more than 2 GiB of weights go to a file of their own, the proof says
/// that it made do with fewer probes, and the result runs.
@Tag("large")
final class LargeModelTest {
  private static final long ONE_FILE_MAX = 1L << 31;

  @TempDir private Path folder;

  @Test
  void bgeM3() throws IOException {
    convert(RandomCheckpoint.bgeM3(), 566_000_000);
  }

  @Test
  void qwen3() throws IOException {
    convert(RandomCheckpoint.qwen3(), 595_000_000);
  }

  private void convert(RandomCheckpoint checkpoint, long parametersMin) throws IOException {
    var source = folder.resolve("model");
    checkpoint.write(source);
    var order =
        new Conversion.Order(
            "model",
            "",
            Description.read(Fixtures.fetch(source), Instructions.NONE),
            List.of(Recipe.onnx(Flavor.PORTABLE)),
            Quantizing.usual(),
            Trust.VERIFIED,
            List.of(),
            folder.resolve("bundle"));
    var backend = OnnxRuntimeBackend.load(folder.resolve("cache"));
    var machine = new Conversion.Machine(() -> backend, folder.resolve("cache"));

    var bundle = new Conversion(order, machine, Progress.SILENT).run();

    assertThat(bundle.manifest().model().parameters()).isGreaterThanOrEqualTo(parametersMin);
    assertThat(bundle.manifest().preferred().proof()).isInstanceOf(Proof.Proven.class);
    assertThat(bundle.manifest().preferred().proof().toString()).contains("left out");
    var data = bundle.folder().resolve("onnx/model.onnx_data");
    assertThat(Files.size(data)).isGreaterThan(ONE_FILE_MAX);
    try (var engine = Engine.open(ModelFiles.of(bundle), backend, EmbedSettings.defaults())) {
      var vector = new Embedder(engine).embed("Set sail at dawn.", new Prompt.Literal("")).vector();
      assertThat(vector).hasSize(1024).doesNotContain(Float.NaN);
    }
  }
}
