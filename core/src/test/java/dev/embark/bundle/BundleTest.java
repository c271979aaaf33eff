package dev.embark.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BundleTest {
  @TempDir Path temporary;

  private Path write(Proof proof) {
    Path folder = temporary.resolve("bundle");
    try (var writer = BundleWriter.create(folder)) {
      writer.write(SampleManifest.MODEL, new byte[] {1, 2, 3});
      writer.write(SampleManifest.REFERENCES, new byte[] {4});
      writer.commit(SampleManifest.of(writer.digests(), proof));
    }
    return folder;
  }

  private static void isBadInput(Throwable problem) {
    assertThat(((Problem) problem).category()).isEqualTo(Category.BAD_INPUT);
  }

  @Test
  void opensWhatTheWriterCommitted() {
    var bundle = Bundle.open(write(SampleManifest.proven()));
    assertThat(bundle.manifest().preferred().proof()).isEqualTo(SampleManifest.proven());
    assertThat(bundle.notices()).isEmpty();
    bundle.checkDigests(Progress.SILENT);
  }

  @Test
  void skippedVerificationIsSaidAtEveryUse() {
    Path folder = write(new Proof.Skipped());
    assertThat(Bundle.open(folder).notices())
        .containsExactly(
            folder
                + " was converted with --skip-verification: nothing proves that its vectors are"
                + " right.");
  }

  @Test
  void missingFolderAndFolderWithoutManifestAreDistinguished() {
    Path none = temporary.resolve("none");
    assertThatThrownBy(() -> Bundle.open(none))
        .satisfies(BundleTest::isBadInput)
        .hasMessage(
            "There is no folder " + none + ".\nGive the folder that `embark convert` wrote.");
    assertThatThrownBy(() -> Bundle.open(temporary))
        .satisfies(BundleTest::isBadInput)
        .hasMessage(
            temporary
                + " is not a bundle: it has no embark.json.\n"
                + "If it is a checkpoint, convert it first: embark convert "
                + temporary
                + " -o BUNDLE");
  }

  @Test
  void truncatedAndMissingFilesAreAllNamed() throws IOException {
    Path folder = write(SampleManifest.proven());
    Files.write(folder.resolve(SampleManifest.MODEL), new byte[] {1, 2});
    Files.delete(folder.resolve(SampleManifest.REFERENCES));
    assertThatThrownBy(() -> Bundle.open(folder))
        .satisfies(BundleTest::isBadInput)
        .hasMessage(
            "The bundle "
                + folder
                + " is damaged: onnx/model.onnx has 2 bytes, expected 3; proof/reference.jsonl is"
                + " missing.\n"
                + "Its files are not those that embark.json lists.\n"
                + "Copy it again from where it came, or convert the model again.");
  }

  @Test
  void changedByteIsFoundByTheDigest() throws IOException {
    Path folder = write(SampleManifest.proven());
    Files.write(folder.resolve(SampleManifest.MODEL), new byte[] {1, 2, 4});
    var bundle = Bundle.open(folder);
    assertThatThrownBy(() -> bundle.checkDigests(Progress.SILENT))
        .satisfies(BundleTest::isBadInput)
        .hasMessageContaining("onnx/model.onnx has SHA-256 ")
        .hasMessageContaining(
            "expected 039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
  }
}
