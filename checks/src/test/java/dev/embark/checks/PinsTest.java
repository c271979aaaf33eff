package dev.embark.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Versions that are pinned for a reason that a routine update would not notice.
final class PinsTest {
  private static final String LIBRARY = "ai/onnxruntime/native/linux-x64/libonnxruntime.so";

  @Test
  void onnxRuntimeStaysAtTheLastVersionWithoutTelemetry() {
    var library = PinsTest.class.getClassLoader().getResource(LIBRARY);

    assertThat(library)
        .describedAs("see docs/decisions/0002-onnx-runtime-1.28.md before changing this")
        .asString()
        .contains("onnxruntime-1.28.0.jar");
  }

  @Test
  void theNativeLibraryHoldsNoTelemetryCollector() throws IOException {
    try (var library =
        Objects.requireNonNull(PinsTest.class.getClassLoader().getResourceAsStream(LIBRARY))) {
      var text = new String(library.readAllBytes(), StandardCharsets.ISO_8859_1);

      assertThat(text.contains("OneCollector")).isFalse();
      assertThat(text.contains("onnxruntime")).isTrue();
    }
  }

  @Test
  void noModuleAsksForAPreviewOrAnIncubator() {
    var repository = Repository.ours();

    assertThat(repository.named("pom.xml"))
        .contains(Path.of("pom.xml"))
        .allSatisfy(pom -> assertThat(repository.text(pom)).doesNotContain("--enable-preview"));
  }
}
