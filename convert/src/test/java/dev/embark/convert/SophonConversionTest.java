package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.sophon.SophonBackend;
import dev.embark.bundle.Proof;
import dev.embark.format.bmodel.BmodelFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.sophon.SophonTarget;
import dev.embark.target.sophon.TpuCompiler;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.Toolchains;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  /// Of each model; the simulator takes seconds for each.
  private static final int TEXTS = 3;

  @TempDir static Path cache;
  @TempDir Path folder;

  private static NpuTrial trial;

  /// The property names the folder inside of what is unpacked, as `toolchain list` does.
  @BeforeAll
  static void install() throws IOException {
    var root = NpuTrial.named(Toolchain.SOPHON).resolve("..").normalize();
    trial = NpuTrial.install(Toolchain.SOPHON, root, cache);
  }

  private static Path toolchain() {
    return Toolchains.in(cache).require(Toolchain.SOPHON);
  }

  private static Recipe recipe(String name, Precision precision, List<Integer> lengths) {
    return Recipe.sophon(precision, new Target.Sophon(name, "bm1684x"), lengths);
  }

  private Path convert(String name, Precision precision) {
    return trial.convert(name, recipe(name, precision, LENGTHS), folder.resolve("b")).folder();
  }

  @ParameterizedTest
  @CsvSource({
    "bert-mean, FP16, 0.9999",
    "bert-mean, FP32, 0.999999",
    "bert-mean, BF16, 0.9995",
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
    trial.requireVectors(name, bundle, LENGTHS.getLast(), TEXTS, cosine);
  }

  @ParameterizedTest
  @CsvSource({"reranker-bert, 64", "reranker-roberta, 64", "reranker-qwen3-yesno, 176"})
  void scoresAreThoseOfTheOriginal(String name, int length) {
    var recipe = recipe(name, Precision.FP16, List.of(length));
    var bundle = trial.convert(name, recipe, folder.resolve("b"));
    var variant = bundle.manifest().preferred();
    assertThat(variant.proof()).isInstanceOf(Proof.Proven.class);
    assertThat(variant.chain().stages()).hasSize(3);
    trial.requireScores(name, bundle.folder(), length, TEXTS, 1e-2f);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bert-mean", "modernbert-cls", "mpnet-mean", "qwen3-lasttoken-bf16-sharded"})
  void networksOfAllLengthsShareTheirWeights(String name) {
    var bundle = convert(name, Precision.FP16);
    var file = BmodelFile.read(bundle.resolve("sophon/" + name + "-fp16.bmodel"));
    assertThat(file.networks()).hasSize(LENGTHS.size());
    assertThat(file.networks())
        .allSatisfy(network ->
            assertThat(network.stages().getFirst().weights().bytes())
                .isEqualTo(file.weightBytes()));
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
  void filesForAnotherChipAreRefused() throws IOException {
    var file = convert("bert-mean", Precision.FP16).resolve("sophon/bert-mean-fp16.bmodel");
    var other = folder.resolve("other.bmodel");
    Files.write(other, forChip(Files.readAllBytes(file), "BM1688X"));
    var backend = SophonBackend.ofSimulator(toolchain().resolve("lib"));
    assertThatThrownBy(() -> backend.open(other))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessageContaining("is for the chip BM1688X, this device is a BM1684X");
  }

  private static byte[] forChip(byte[] bytes, String chip) {
    var text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.replaceFirst("BM1684X", chip).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aSimulatorThatIsNotThereIsUnavailable() {
    var file = convert("bert-mean", Precision.FP16).resolve("sophon/bert-mean-fp16.bmodel");
    var backend = SophonBackend.ofSimulator(folder);
    assertThatThrownBy(() -> backend.open(file))
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
