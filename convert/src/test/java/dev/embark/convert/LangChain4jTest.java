package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import dev.embark.target.onnx.Flavor;
import dev.embark.testing.Fixture;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LangChain4jTest {
  private static final List<String> TEXTS =
      List.of(
          "The ferry leaves the harbour at seven.",
          "a",
          "Über den Dächern, 3.14 — ¿qué?",
          "水は低きに流れる。",
          "How do I reset my password?");

  @TempDir static Path cache;
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void aBundleWithMeanPoolingOpensAsItIs(Flavor flavor) {
    requireAgreement(Fixture.of("bert-mean").folder(), flavor, PoolingMode.MEAN);
  }

  @ParameterizedTest
  @EnumSource
  void aBundleWithClsPoolingOpensAsItIs(Flavor flavor) throws IOException {
    var checkpoint = Fixtures.copy("bert-mean", folder);
    Fixtures.poolBy("cls", checkpoint);

    requireAgreement(checkpoint, flavor, PoolingMode.CLS);
  }

  private void requireAgreement(Path checkpoint, Flavor flavor, PoolingMode pooling) {
    var bundle = Trial.of(checkpoint).with(Recipe.onnx(flavor)).convert(folder.resolve("b"), cache);
    try (var ours = Trial.open(bundle.folder(), cache)) {
      LangChain4j.requireAgreement(ours, bundle.folder(), pooling, TEXTS);
    }
  }

  @Test
  void bothRunOnTheOnnxRuntimeThatIsPinned() {
    assertThat(OrtEnvironment.getEnvironment().getVersion()).isEqualTo("1.28.0");
  }
}
