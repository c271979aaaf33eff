package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.Devices;
import dev.embark.Embark;
import dev.embark.backend.sophon.SophonBackend;
import dev.embark.bundle.Proof;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Prompt;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.target.sophon.SophonTarget;
import dev.embark.target.sophon.TpuCompiler;
import dev.embark.testing.Fixture;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.Toolchains;
import dev.embark.verify.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Checkpoints to files for a BM1684X, whose layers the vendor's bit-level simulator computes
/// through our own binding, held against the original.
@Tag("sophon")
final class SophonConversionTest {
  private static final List<Integer> LENGTHS = List.of(16, 48);

  @TempDir static Path cache;
  @TempDir Path folder;

  /// Puts the unpacked compiler, which `-Dembark.sophon.toolchain` names, where it would be
  /// installed.
  @BeforeAll
  static void install() throws IOException {
    var named = System.getProperty("embark.sophon.toolchain", "");
    if (named.isEmpty()) {
      throw new IllegalStateException("-Dembark.sophon.toolchain=… has to name the compiler");
    }
    var place =
        cache
            .resolve("toolchains")
            .resolve(Toolchain.SOPHON.name() + "-" + Toolchain.SOPHON.version());
    Files.createDirectories(place.getParent());
    Files.createSymbolicLink(place, Path.of(named).toAbsolutePath().getParent());
  }

  private static Path toolchain() {
    return Toolchains.in(cache).require(Toolchain.SOPHON);
  }

  private Path convert(String name, Precision precision) {
    return Trial.of(Fixture.of(name).folder())
        .with(Recipe.sophon(precision, new Target.Sophon(name, "bm1684x"), LENGTHS))
        .convert(folder.resolve("b"), cache)
        .folder();
  }

  private static Embark open(Path bundle) {
    return Embark.open(
        bundle,
        new Embark.Options(
            EmbedSettings.defaults(),
            new WantedVariant.Preferred(),
            Devices.SIMULATED,
            cache,
            Progress.SILENT));
  }

  @ParameterizedTest
  @CsvSource({
    "bert-mean, FP16, 0.9999",
    "bert-mean, FP32, 0.999999",
    "bert-mean, INT8_WEIGHTS, 0.999",
    "distilbert-mean, FP16, 0.9999",
    "gemma3-bidir-mean-dense2-bf16, FP16, 0.9999",
    "modernbert-cls, FP16, 0.9999",
    "mpnet-mean, FP16, 0.9999",
    "qwen3-lasttoken-bf16-sharded, FP16, 0.9999",
    "t5-encoder-mean-dense, FP16, 0.9999",
    "xlmroberta-mean-fp16, FP16, 0.9999"
  })
  void theSimulatorComesToTheVectorsOfTheOriginal(String name, Precision precision, double cosine) {
    var bundle = convert(name, precision);

    var answers = Fixture.of(name).answers();
    try (var model = open(bundle)) {
      int compared = 0;
      for (int i = 0; i < answers.texts().size() && compared < 3; i++) {
        if (answers.ids()[i].length <= LENGTHS.getLast()) {
          var vector = model.embedder().embed(answers.texts().get(i), new Prompt.None()).vector();
          assertThat(Comparison.cosine(vector, answers.embeddings()[i]))
              .as("text %d", i)
              .isGreaterThan(cosine);
          compared++;
        }
      }
      assertThat(compared).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reranker-bert", "reranker-roberta", "reranker-qwen3-yesno"})
  void rerankersAreProven(String name) {
    var variant =
        Trial.of(Fixture.of(name).folder())
            .with(Recipe.sophon(Precision.FP16, new Target.Sophon(name, "bm1684x"), List.of(128)))
            .convert(folder.resolve("b"), cache)
            .manifest()
            .preferred();
    assertThat(variant.proof()).isInstanceOf(Proof.Proven.class);
    assertThat(variant.chain().stages()).hasSize(3);
  }

  @Test
  void whatTheCompilerRefusesIsAProblemInItsWords() throws IOException {
    var compiler = new TpuCompiler(toolchain(), Duration.ofMinutes(5));
    Files.writeString(SophonTarget.text(folder, "broken"), "module @broken {");
    assertThatThrownBy(() -> compiler.compile("broken", "bm1684x", TpuCompiler.Mode.F16, folder))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("tpuc-opt")
        .hasMessageContaining("error");
  }

  @Test
  void aCompilerThatTakesTooLongIsStopped() throws IOException {
    var compiler = new TpuCompiler(toolchain(), Duration.ofMillis(1));
    Files.writeString(SophonTarget.text(folder, "slow"), "module @slow {");
    assertThatThrownBy(() -> compiler.compile("slow", "bm1684x", TpuCompiler.Mode.F16, folder))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("did not end within");
  }

  @Test
  void filesThatAreNoneAreBadInput() throws IOException {
    var file = Files.writeString(folder.resolve("garbage.bmodel"), "garbage");
    var backend = SophonBackend.ofSimulator(toolchain().resolve("lib"));
    assertThatThrownBy(() -> backend.open(file))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT));
  }

  @Test
  void aSimulatorThatIsNotThereIsUnavailable() {
    var backend = SophonBackend.ofSimulator(folder);
    assertThatThrownBy(() -> backend.open(folder.resolve("any.bmodel")))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE));
  }

  @Test
  void precisionsThatAreWrongThereAreRefused() {
    assertThatThrownBy(() -> convert("bert-mean", Precision.INT4))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("int4")
        .hasMessageContaining("fp16");
    assertThat(folder).isEmptyDirectory();
  }
}
