package dev.embark.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.BundleWriter;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.TinyBundle;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FirstUseTest {
  private static final Prompt NONE = new Prompt.None();

  @TempDir static Path natives;
  @TempDir Path folder;
  private final List<String> work = new ArrayList<>();

  private final Progress listening =
      (what, _, _) -> {
        work.add(what);
        return _ -> {};
      };

  private Path bundle() {
    return folder.resolve("bundle");
  }

  private List<Reference> references() {
    try (var writer = BundleWriter.create(folder.resolve("draft"))) {
      var files = TinyBundle.write(writer, TinyBundle.pipeline());
      try (var embedder =
          Embedder.open(files, OnnxRuntimeBackend.load(natives), EmbedSettings.defaults())) {
        return List.of("the concert", "the orchestra", "").stream()
            .map(text -> TinyBundle.reference(text, NONE, embedder.embed(text, NONE).vector()))
            .toList();
      }
    }
  }

  private List<String> check(Path cache) {
    var bundle = Bundle.open(bundle());
    var backend = OnnxRuntimeBackend.load(natives);
    try (var embedder = Embedder.open(ModelFiles.of(bundle), backend, EmbedSettings.defaults())) {
      return new FirstUse(bundle, bundle.manifest().preferred(), backend, cache)
          .check(embedder.engine(), listening);
    }
  }

  @Test
  void firstUseHashesAndReplaysAndLaterUsesDoNot() {
    TinyBundle.write(bundle(), TinyBundle.pipeline(), references());
    Path cache = folder.resolve("cache");
    assertThat(check(cache)).isEmpty();
    assertThat(work).containsExactly("Checking files", "Comparing vectors");
    work.clear();
    assertThat(check(cache)).isEmpty();
    assertThat(work).isEmpty();
  }

  @Test
  void withoutACacheEveryUseProvesAndSaysSo() throws IOException {
    TinyBundle.write(bundle(), TinyBundle.pipeline(), references());
    Path cache = Files.createFile(folder.resolve("file"));
    for (int use = 0; use < 2; use++) {
      work.clear();
      assertThat(check(cache))
          .singleElement()
          .asString()
          .startsWith(
              "The proof of "
                  + bundle()
                  + " is repeated at every use, because the cache cannot be written: ");
      assertThat(work).containsExactly("Checking files", "Comparing vectors");
    }
  }

  @Test
  void wrongProofFailsAndIsNotNoted() {
    float[] wrong = {0, 0, 0, 1};
    TinyBundle.write(
        bundle(), TinyBundle.pipeline(), List.of(TinyBundle.reference("the concert", NONE, wrong)));
    Path cache = folder.resolve("cache");
    for (int use = 0; use < 2; use++) {
      assertThatThrownBy(() -> check(cache))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED))
          .hasMessageStartingWith("FAIL: the vectors are not those of the original.");
    }
  }

  @Test
  void changedFileOfTheSameLengthIsFound() throws IOException {
    TinyBundle.write(bundle(), TinyBundle.pipeline(), references());
    Path cache = folder.resolve("cache");
    check(cache);
    Path file = bundle().resolve("tokenizer_config.json");
    Files.writeString(file, Files.readString(file).replace("64", "65"));
    assertThatThrownBy(() -> check(cache))
        .hasMessageContaining("tokenizer_config.json has SHA-256 ");
  }

  @Test
  void skippedVerificationIsSaidEachTime() {
    TinyBundle.write(bundle(), TinyBundle.pipeline(), List.of());
    Path cache = folder.resolve("cache");
    for (int use = 0; use < 2; use++) {
      assertThat(check(cache))
          .containsExactly(
              bundle()
                  + " was converted with --skip-verification: nothing proves that its vectors are"
                  + " right.");
    }
    assertThat(work).containsExactly("Checking files");
  }

  @Test
  void processorIsToldByModelAndFeaturesButNotByItsClock() throws IOException {
    Path file = folder.resolve("cpuinfo");
    Files.writeString(file, "model name\t: A\nflags\t\t: avx2\ncpu MHz\t\t: 2000\n");
    String first = Machine.processor(file);
    Files.writeString(file, "model name\t: A\nflags\t\t: avx2\ncpu MHz\t\t: 3000\n");
    assertThat(Machine.processor(file)).isEqualTo(first).startsWith("processor-");
    Files.writeString(file, "model name\t: A\nflags\t\t: avx2 avx512f\ncpu MHz\t\t: 3000\n");
    assertThat(Machine.processor(file)).isNotEqualTo(first);
    assertThat(Machine.processor(folder.resolve("none"))).startsWith("processor-");
  }
}
