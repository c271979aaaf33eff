package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.Embark;
import dev.embark.verify.Comparison;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.nio.file.Path;
import java.util.List;

/// LangChain4j as a user of our bundles.
///
/// It reads `onnx/model.onnx` and `tokenizer.json` alone: it takes the first output,
/// `last_hidden_state`, pools and normalises by itself, and knows nothing of prompts, limits and
/// dense layers. So pooling has to be told, vectors always have length 1, and texts beyond the
/// limit are not ours.
final class LangChain4j {
  private LangChain4j() {}

  /// Requires that LangChain4j opens a bundle as it is and gives our vectors; returns the smallest
  /// cosine.
  static double requireAgreement(
      Embark ours, Path bundle, PoolingMode pooling, List<String> texts) {
    var theirs =
        new OnnxEmbeddingModel(
            bundle.resolve("onnx/model.onnx"), bundle.resolve("tokenizer.json"), pooling);
    double smallest = 1;
    for (var text : texts) {
      var vector = theirs.embed(text).content().vector();
      double cosine = Comparison.cosine(ours.embed(text), vector);
      assertThat(cosine).as(text).isGreaterThanOrEqualTo(0.99999);
      smallest = Math.min(smallest, cosine);
    }
    return smallest;
  }
}
