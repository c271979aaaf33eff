package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.rknn.RknnBackend;
import dev.embark.bundle.Proof;
import dev.embark.format.rknn.RknnFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.target.rknn.RknnCompiler;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.rknn.RknnToolkit;
import dev.embark.toolchain.rknn.RknnToolkit.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Checkpoints to files for an RK3588, whose layers Rockchip's simulator computes, held against the
/// original.
@Tag("rknn")
final class RknnConversionTest {
  private static final List<Integer> LENGTHS = List.of(16, 48);

  @TempDir static Path cache;
  @TempDir Path folder;

  private static NpuTrial trial;

  @BeforeAll
  static void install() throws IOException {
    trial = NpuTrial.install(Toolchain.RKNN, NpuTrial.named(Toolchain.RKNN), cache);
  }

  private static RknnToolkit toolkit(Duration limit) {
    return new RknnToolkit(NpuTrial.named(Toolchain.RKNN), limit);
  }

  private Path convert(String name, String chip, List<Integer> lengths) {
    return trial
        .convert(name, Recipe.rknn(new Target.Rknn(name, chip), lengths), folder.resolve("b"))
        .folder();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mean",
        "distilbert-mean",
        "gemma3-bidir-mean-dense2-bf16",
        "llama3-mean-oldstyle",
        "modernbert-cls",
        "mpnet-mean",
        "nomicbert-mean",
        "qwen3-lasttoken-bf16-sharded",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16"
      })
  void theSimulatorComesToTheVectorsOfTheOriginal(String name) {
    var bundle = convert(name, "rk3588", LENGTHS);
    trial.requireVectors(name, bundle, LENGTHS.getLast(), Integer.MAX_VALUE, 0.9999);
  }

  @ParameterizedTest
  @CsvSource({"reranker-bert, 64", "reranker-modernbert-cls, 128", "reranker-qwen3-yesno, 176"})
  void scoresAreThoseOfTheOriginal(String name, int length) {
    var recipe = Recipe.rknn(new Target.Rknn(name, "rk3588"), List.of(length));
    var bundle = trial.convert(name, recipe, folder.resolve("b"));
    var variant = bundle.manifest().preferred();
    assertThat(variant.proof()).isInstanceOf(Proof.Proven.class);
    assertThat(variant.chain().stages()).hasSize(3);
    trial.requireScores(name, bundle.folder(), length, Integer.MAX_VALUE, 1e-2f);
  }

  @Test
  void whatTheNpuDoesNotHaveIsSaid() {
    assertThatThrownBy(() -> convert("deberta-v2-mean", "rk3588", List.of(16)))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNSUPPORTED))
        .hasMessageContaining("relative positions");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileSaysWhatItIsOf() throws IOException {
    var bundle = convert("bert-mean", "rk3576", List.of(16));
    var file = bundle.resolve("rknn").resolve("bert-mean-fp16-16.rknn");
    var said = RknnFile.read(file);
    assertThat(said.chips()).containsExactly("rk3576");
    assertThat(said.toolkit()).isEqualTo(Toolchain.RKNN.version());
    assertThat(said.inputs())
        .extracting(RknnFile.Tensor::name)
        .containsExactly("inputs_embeds", "attn_bias");
    assertThat(said.digest()).isPresent();

    Files.writeString(bundle.resolve("rknn").resolve("bert-mean-fp16-16.onnx"), "another");
    var backend = RknnBackend.ofSimulator(toolkit(Duration.ofMinutes(5)).folder());
    assertThatThrownBy(() -> backend.open(file))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessageContaining("is not what it was built from");
  }

  @Test
  void whatTheToolkitRefusesIsAProblemInItsWords() throws IOException {
    var onnx = Files.writeString(folder.resolve("garbage.onnx"), "garbage");
    var compiler = new RknnCompiler(toolkit(Duration.ofMinutes(5)));
    assertThatThrownBy(() -> compiler.compile(onnx, "rk3588", folder.resolve("g.rknn")))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNSUPPORTED))
        .hasMessageContaining("load_onnx");
    assertThat(folder.resolve("g.rknn")).doesNotExist();
  }

  @Test
  void aBuildThatTakesTooLongIsStopped() throws IOException {
    var job = job(Files.writeString(folder.resolve("slow.onnx"), "slow"));
    assertThatThrownBy(() -> toolkit(Duration.ofMillis(1)).build(job))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("did not end within");
  }

  @Test
  void aToolkitThatIsNotThereIsUnavailable() throws IOException {
    var job = job(Files.writeString(folder.resolve("any.onnx"), "any"));
    assertThatThrownBy(() -> new RknnToolkit(folder, Duration.ofMinutes(1)).build(job))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE))
        .hasMessageContaining("does not start");
  }

  private static Job job(Path onnx) {
    return new Job(onnx, "rk3588", "", Optional.empty(), List.of());
  }

  /// The vendor's client for boards on a cable has the same functions, and no board.
  @Test
  void theVendorsOwnLibraryIsUnderstood() throws IOException {
    var bundle = convert("bert-mean", "rk3588", List.of(16));
    var library =
        NpuTrial.named(Toolchain.RKNN).resolve("rknn/api/lib/linux-x86_64/librknn_api.so");
    assertThat(library).isRegularFile();
    var file = bundle.resolve("rknn").resolve("bert-mean-fp16-16.rknn");
    assertThatThrownBy(() -> RknnBackend.ofLibrary(library).open(file))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE))
        .hasMessageContaining("rknn_init fails with -3");
  }
}
