package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.SeveralBackends;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.backend.sophon.SophonBackend;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.Stage;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Engine;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.family.Families;
import dev.embark.pass.FixShapes;
import dev.embark.pass.Pass;
import dev.embark.pass.Split;
import dev.embark.problem.Problem;
import dev.embark.target.onnx.Flavor;
import dev.embark.target.onnx.OnnxTarget;
import dev.embark.target.sophon.SophonTarget;
import dev.embark.target.sophon.TpuCompiler;
import dev.embark.testing.Fixture;
import dev.embark.verify.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tables on ONNX Runtime, layers compiled for a BM1684X and computed by the vendor's simulator
/// through our own binding, pooling on ONNX Runtime: held against the original.
@Tag("sophon")
final class SophonStagesTest {
  private static final String CHIP = "bm1684x";
  private static final int SHORT = 16;
  private static final int LONG = 48;

  @TempDir static Path cache;
  @TempDir Path folder;

  /// Returns the unpacked compiler, which `-Dembark.sophon.toolchain` names.
  private static Path toolchain() {
    var named = System.getProperty("embark.sophon.toolchain", "");
    if (named.isEmpty()) {
      throw new IllegalStateException("-Dembark.sophon.toolchain=… has to name the compiler");
    }
    return Path.of(named);
  }

  private static TpuCompiler compiler() {
    return new TpuCompiler(toolchain(), Duration.ofMinutes(5));
  }

  private ModelFiles write(Checkpoint checkpoint, TpuCompiler.Mode mode) {
    var model = Families.build(checkpoint);
    var host = Split.of(model.graph());
    OnnxTarget.emit(host.prologue(), Flavor.PORTABLE, folder.resolve("prologue.onnx"));
    OnnxTarget.emit(host.epilogue(), Flavor.PORTABLE, folder.resolve("epilogue.onnx"));
    var nets = new ArrayList<Path>();
    for (int length : new int[] {SHORT, LONG}) {
      var fixed = Pass.applyAll(model.graph(), List.of(FixShapes.of(1, length)));
      SophonTarget.emit(Split.of(fixed).trunk(), "trunk" + length, folder);
      nets.add(compiler().compile("trunk" + length, CHIP, mode, folder));
    }
    compiler().combine(nets, "trunk.bmodel", folder);
    var chain =
        new Chain(
            "npu",
            List.of(
                stage("prologue", OnnxRuntimeBackend.NAME, "prologue.onnx", new Sequence.Any()),
                new Stage(
                    "trunk",
                    SophonBackend.NAME,
                    List.of(
                        new StageFile("trunk.bmodel", new Sequence.Exactly(SHORT)),
                        new StageFile("trunk.bmodel", new Sequence.Exactly(LONG)))),
                stage("epilogue", OnnxRuntimeBackend.NAME, "epilogue.onnx", new Sequence.Any())));
    checkpoint.description().packaging().writeTo(folder);
    var pipeline = model.pipeline().withMaxTokens(Math.min(LONG, model.pipeline().maxTokens()));
    return new ModelFiles(folder, Drafts.about(model), pipeline, chain);
  }

  private static Stage stage(String name, String backend, String path, Sequence sequence) {
    return new Stage(name, backend, List.of(new StageFile(path, sequence)));
  }

  @ParameterizedTest
  @CsvSource({
    "bert-mean, F16, 0.9999",
    "bert-mean, W8F16, 0.999",
    "bert-mean, BF16, 0.999",
    "distilbert-mean, F16, 0.9999",
    "gemma3-bidir-mean-dense2-bf16, F16, 0.9999",
    "modernbert-cls, F16, 0.9999",
    "mpnet-mean, F16, 0.9999",
    "qwen3-lasttoken-bf16-sharded, F16, 0.9999",
    "t5-encoder-mean-dense, F16, 0.9999",
    "xlmroberta-mean-fp16, F16, 0.9999"
  })
  void theSimulatorComesToTheVectorsOfTheOriginal(
      String name, TpuCompiler.Mode mode, double cosine) {
    var answers = Fixture.of(name).answers();
    try (var checkpoint = Checkpoint.open(Fixtures.describe(Fixture.of(name).folder()))) {
      var files = write(checkpoint, mode);
      var backends =
          new SeveralBackends(
              List.of(
                  OnnxRuntimeBackend.load(cache),
                  SophonBackend.ofSimulator(toolchain().resolve("lib"))));
      try (var engine = Engine.open(files, backends, EmbedSettings.defaults())) {
        assertThat(engine.lengths()).containsExactly(SHORT, LONG);
        var embedder = new Embedder(engine);
        int compared = 0;
        for (int i = 0; i < answers.texts().size() && compared < 4; i++) {
          if (answers.ids()[i].length <= LONG) {
            var vector = embedder.embed(answers.texts().get(i), new Prompt.None()).vector();
            assertThat(Comparison.cosine(vector, answers.embeddings()[i]))
                .as("text %d", i)
                .isGreaterThan(cosine);
            compared++;
          }
        }
        assertThat(compared).isPositive();
      }
    }
  }

  @Test
  void whatTheCompilerRefusesIsAProblemInItsWords() throws IOException {
    Files.writeString(SophonTarget.text(folder, "broken"), "module @broken {");
    assertThatThrownBy(() -> compiler().compile("broken", CHIP, TpuCompiler.Mode.F16, folder))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("tpuc-opt")
        .hasMessageContaining("error");
  }

  @Test
  void filesThatAreNoneAreBadInput() throws IOException {
    var file = Files.writeString(folder.resolve("garbage.bmodel"), "garbage");
    var backend = SophonBackend.ofSimulator(toolchain().resolve("lib"));
    assertThatThrownBy(() -> backend.open(file))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Problem.Category.BAD_INPUT));
  }
}
