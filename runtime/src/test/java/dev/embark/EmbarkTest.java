package dev.embark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.backend.TinyModel;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Prompt;
import dev.embark.embed.TinyBundle;
import dev.embark.problem.Problem;
import dev.embark.progress.Progress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbarkTest {
  @TempDir static Path cache;
  @TempDir Path folder;
  private Path bundle;

  @BeforeEach
  void writeBundle() {
    bundle = folder.resolve("minilm");
    TinyBundle.write(bundle, TinyBundle.pipeline(), List.of());
  }

  private static Embark.Options options() {
    return new Embark.Options(EmbedSettings.defaults().withCallers(1), cache, Progress.SILENT);
  }

  /// The example of the class's documentation, with other options.
  @Test
  void exampleOfTheDocumentationRuns() {
    try (var model = Embark.open(bundle, options())) {
      float[] cat = model.embed("A cat sits on the mat.");
      List<float[]> others = model.embed(List.of("A dog barks.", "Rain falls."));
      assertThat(cat).hasSize(model.dimension()).hasSize(TinyModel.HIDDEN);
      assertThat(others).hasSize(2);
    }
  }

  @Test
  void queriesAndDocumentsHaveTheirPrompts() {
    try (var model = Embark.open(bundle, options())) {
      assertThat(model.embedQuery("tuned"))
          .isEqualTo(model.embed("concert began: tuned"))
          .isNotEqualTo(model.embed("tuned"));
      assertThat(model.embedDocuments(List.of("tuned")).getFirst())
          .isEqualTo(model.embed("the orchestra tuned"))
          .isEqualTo(model.embedder().embed("tuned", new Prompt.Named("document")).vector());
    }
  }

  @Test
  void skippedVerificationIsANotice() {
    try (var model = Embark.open(bundle, options())) {
      assertThat(model.notices())
          .singleElement()
          .asString()
          .contains("was converted with --skip-verification");
      assertThat(model.manifest().model().family()).isEqualTo("Tiny");
    }
  }

  @Test
  void folderThatIsNoBundleIsRefused() {
    assertThatThrownBy(() -> Embark.open(folder, options()))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith(folder + " is not a bundle");
  }
}
