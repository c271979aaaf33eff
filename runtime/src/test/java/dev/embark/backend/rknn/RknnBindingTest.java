package dev.embark.backend.rknn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.Backend;
import dev.embark.bundle.FileDigest;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The binding against a C library of the same interface, which says where it is misused.
/// Rockchip's own exists for boards only.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in is compiled with cc")
final class RknnBindingTest {
  private static final int TOKENS = 5;
  private static final int VALUES = 3;

  @TempDir static Path built;
  private static StandIn standIn;

  @TempDir Path folder;
  private int misusesBefore;

  @BeforeAll
  static void compile() throws Exception {
    standIn = StandIn.compile(built);
  }

  @BeforeEach
  void remember() {
    misusesBefore = standIn.misuses();
  }

  @AfterEach
  void everythingIsGivenBack() {
    assertThat(standIn.live()).isZero();
  }

  private Path model(String chip) throws Exception {
    return StandIn.model(folder.resolve("m.rknn"), chip, TOKENS, VALUES);
  }

  private static Backend backend(String... mask) {
    var environment =
        mask.length == 0 ? Map.<String, String>of() : Map.of("NPU_CORE_MASK", mask[0]);
    return backend(environment);
  }

  private static Backend backend(Map<String, String> environment) {
    return RknnBackend.ofLibrary(
        standIn.library(),
        new Board(Optional.empty()),
        CoreMask.of(environment),
        Elsewhere.of(environment));
  }

  @Test
  void aCopyElsewhereIsLoadedInItsPlace() throws Exception {
    var own = model("rk3588");
    var longer = StandIn.model(folder.resolve("longer.rknn"), "rk3588", TOKENS * 2, VALUES);
    var copy = Files.copy(longer, folder.resolve("copy"));
    var backend = backend(Map.of("RKNN_EMBEDDER_PATH", copy.toString()));
    try (var opened = backend.open(longer);
        var other = backend.open(own)) {
      assertThat(opened.outputs()).isNotEqualTo(other.outputs());
    }

    Files.writeString(copy, "another");
    assertThatThrownBy(() -> backend.open(own))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
        .hasMessageContaining("is no copy of");
    Files.delete(copy);
    assertThatThrownBy(() -> backend.open(own))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void anotherBuildOfTheRuntimeAsksForAnotherProof() throws Exception {
    var digest = FileDigest.of(built.resolve("librknnrt.so")).sha256();
    assertThat(backend().version()).isEqualTo("librknnrt.so " + digest);
  }

  @Test
  void structuresLieAsTheCompilerLaysThem() {
    var structures =
        Map.of(
            "counts", RknnLayouts.COUNTS,
            "attribute", RknnLayouts.ATTRIBUTE,
            "input", RknnLayouts.INPUT,
            "output", RknnLayouts.OUTPUT,
            "version", RknnLayouts.VERSION,
            "memory", RknnLayouts.MEMORY);
    var layouts = standIn.layouts();
    assertThat(layouts).hasSize(35);
    layouts.forEach((name, value) -> {
      var parts = name.split("\\.", 2);
      assertThat(structures).containsKey(parts[0]);
      StructLayout layout = requireNonNull(structures.get(parts[0]));
      long ours =
          parts.length == 1
              ? layout.byteSize()
              : layout.byteOffset(PathElement.groupElement(parts[1]));
      assertThat(ours).as(name).isEqualTo(value);
    });
    // And as the vendor's header has them, whose figures are known.
    assertThat(RknnLayouts.ATTRIBUTE.byteSize()).isEqualTo(376);
    assertThat(RknnLayouts.INPUT.byteSize()).isEqualTo(32);
    assertThat(RknnLayouts.OUTPUT.byteSize()).isEqualTo(24);
    assertThat(RknnLayouts.MEMORY.byteSize()).isEqualTo(64);
  }

  @Test
  void manyThreadsShareTheCores() throws Exception {
    try (var executable = backend().open(model("rk3588"));
        var threads = Executors.newFixedThreadPool(8)) {
      assertThat(executable.inputs().getFirst().shape()).isEqualTo(Shape.of(1, TOKENS, VALUES));
      assertThat(standIn.live()).isEqualTo(3);
      assertThat(List.of(standIn.mask(0), standIn.mask(1), standIn.mask(2)))
          .containsExactly(1, 2, 4);
      var tasks = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < 400; i++) {
        int start = i;
        tasks.add(() -> {
          try (var arena = Arena.ofConfined()) {
            var x = tensor(arena, start, 1, TOKENS, VALUES);
            var bias = tensor(arena, start + 1000f, 1, TOKENS);
            var out = tensor(arena, 0, 1, TOKENS, VALUES);
            executable.run(
                Map.of("inputs_embeds", x, "attn_bias", bias), Map.of("last_hidden", out));
            for (int at = 0; at < TOKENS * VALUES; at++) {
              int token = at / VALUES;
              float expected = 3f * start + 2f * at + 1000f + token;
              assertThat(out.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, at)).isEqualTo(expected);
            }
            return true;
          }
        });
      }
      for (var done : threads.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
    }
    assertThat(standIn.misuses()).isEqualTo(misusesBefore);
  }

  /// Values that count up from `start`.
  private static Tensor tensor(Arena arena, float start, long... sizes) {
    var shape = Shape.of(sizes);
    MemorySegment bytes = arena.allocate(ValueLayout.JAVA_FLOAT, shape.elementCount());
    for (int i = 0; i < shape.elementCount(); i++) {
      bytes.setAtIndex(ValueLayout.JAVA_FLOAT, i, start + i);
    }
    return new Tensor(ElementType.F32, shape, bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, UNAVAILABLE, it does not run",
    "-2, UNAVAILABLE, time ran out",
    "-3, UNAVAILABLE, the device is not there",
    "-4, UNAVAILABLE, no memory",
    "-6, BAD_INPUT, newer than the runtime",
    "-10, UNAVAILABLE, do not go together",
    "-13, BAD_INPUT, another chip",
    "-77, UNAVAILABLE, does not name"
  })
  void codesBecomeWords(int code, Category category, String words) throws Exception {
    var model = model("rk3588");
    standIn.failWith(code, 2); // The third of three contexts: the others are given back.
    assertThatThrownBy(() -> backend().open(model))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(category))
        .hasMessageContaining("rknn_init")
        .hasMessageContaining(words)
        .hasMessageContaining("toolkit 2.5.0");
  }

  @Test
  void aRunThatFailsSpoilsNoLaterOne() throws Exception {
    try (var executable = backend("0").open(model("rk3588"));
        var arena = Arena.ofConfined()) {
      var inputs =
          Map.of(
              "inputs_embeds", tensor(arena, 1, 1, TOKENS, VALUES),
              "attn_bias", tensor(arena, 0, 1, TOKENS));
      var vectors = tensor(arena, 0, 1, TOKENS, VALUES);
      var outputs = Map.of("last_hidden", vectors);
      standIn.failWith(-2, 0);
      assertThatThrownBy(() -> executable.run(inputs, outputs))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("rknn_run fails with -2");
      executable.run(inputs, outputs);
      assertThat(vectors.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(2f);
    }
    assertThat(standIn.misuses()).isEqualTo(misusesBefore);
  }

  @Test
  void theStandInSeesMisuse() throws Exception {
    var library = standIn.library();
    long handle = library.init(model("rk3588"));
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(RknnLayouts.OUTPUT);
      assertThatThrownBy(() -> library.run(handle)).hasMessageContaining("-1");
      assertThatThrownBy(() -> library.getOutputs(handle, 1, out)).hasMessageContaining("-1");
      assertThatThrownBy(() -> library.releaseOutputs(handle, 1, out)).hasMessageContaining("-9");
    }
    library.destroy(handle);
    assertThatThrownBy(() -> library.destroy(handle)).hasMessageContaining("-7");
    assertThat(standIn.misuses()).isEqualTo(misusesBefore + 4);
  }

  @Test
  void whatTheRuntimeSaysOfItselfIsRead() throws Exception {
    try (var context = RknnContext.open(standIn.library(), model("rk3588"), 7)) {
      assertThat(context.version()).isEqualTo("2.3.2 (stand-in)");
      assertThat(context.weightBytes()).isEqualTo(3_000_000_000L);
      assertThat(context.outputs()).hasSize(1);
    }
  }

  @Test
  void chipsOfOneCoreTakeNoMask() throws Exception {
    try (var executable = backend().open(model("rk3566"))) {
      assertThat(standIn.live()).isEqualTo(1);
      assertThat(standIn.mask(0)).isZero();
      assertThat(executable.outputs()).hasSize(1);
    }
  }

  @Test
  void aFileForAnotherChipIsRefusedBeforeItIsLoaded() throws Exception {
    var tree = Files.writeString(folder.resolve("compatible"), "acme,box\0rockchip,rk3576\0");
    var backend =
        RknnBackend.ofLibrary(
            standIn.library(),
            Board.of(tree),
            new CoreMask(Optional.empty()),
            new Elsewhere(Optional.empty()));
    var model = model("rk3588");
    assertThatThrownBy(() -> backend.open(model))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("rk3576")
        .hasMessageContaining("--chip");
    assertThat(Board.of(folder.resolve("absent")).chip()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "auto, 1 2 4",
    "'', 1 2 4",
    "0, 1",
    "1, 2",
    "2, 4",
    "0_1, 3",
    "0_1_2, 7",
    "4, 4",
    "0xffff, 65535"
  })
  void coresAreNamedAsDeploymentsDo(String text, String masks) {
    var expected = List.of(masks.split(" ", -1)).stream().map(Integer::valueOf).toList();
    assertThat(CoreMask.of(Map.of("NPU_CORE_MASK", text)).contexts(3)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8", "-1", "core0", "0_2"})
  void coresThatAreNoneAreRefused(String text) {
    assertThatThrownBy(() -> CoreMask.of(Map.of("NPU_CORE_MASK", text)))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("NPU_CORE_MASK");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 70, 100})
  void filesThatAreCutShortAreBadInput(int length) throws Exception {
    var bytes = Files.readAllBytes(model("rk3588"));
    var cut = Files.write(folder.resolve("cut.rknn"), Arrays.copyOf(bytes, length));
    assertThatThrownBy(() -> backend().open(cut))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT));
  }

  @Test
  void withoutARuntimeThereIsNoDevice() {
    assertThatThrownBy(() -> RknnLibrary.load(folder.resolve("librknnrt.so")))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE));
  }
}
