package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.convert.Conversion.Trust;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Embedder;
import dev.embark.embed.Engine;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.progress.Progress;
import dev.embark.target.onnx.Flavor;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A static model with a layer after its table: no mere table any more.
final class StaticLayersTest {
  private static final int FROM = 40;
  private static final int TO = 3;

  @TempDir private Path folder;

  @Test
  void layerAfterTheTableIsComputed() throws IOException {
    var fixture = Fixture.of("static-embedding-st");
    var model = Fixtures.copy(fixture.name(), folder);
    var weight = new float[TO * FROM];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (float) Math.sin(i);
    }
    addDense(model, weight);
    var order =
        new Conversion.Order(
            "model",
            "",
            Description.read(Fixtures.fetch(model), Instructions.NONE),
            List.of(Recipe.onnx(Flavor.PORTABLE)),
            Quantizing.usual(),
            Trust.VERIFIED,
            List.of(),
            folder.resolve("bundle"));
    var backend = OnnxRuntimeBackend.load(folder.resolve("cache"));
    var machine = new Conversion.Machine(() -> backend, folder.resolve("cache"));

    var bundle = new Conversion(order, machine, Progress.SILENT).run();

    assertThat(bundle.folder().resolve("1_Dense/model.safetensors")).isRegularFile();
    var answers = fixture.answers();
    try (var engine = Engine.open(ModelFiles.of(bundle), backend, EmbedSettings.defaults())) {
      var vectors = new Embedder(engine).embed(answers.texts(), new Prompt.Default());
      for (int i = 0; i < vectors.size(); i++) {
        var expected = product(weight, answers.embeddings()[i]);
        assertThat(Fixtures.difference(vectors.get(i).vector(), expected)).isLessThan(2e-5f);
      }
    }
  }

  private static void addDense(Path model, float[] weight) throws IOException {
    Files.writeString(
        model.resolve("modules.json"),
        """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
         {"idx": 1, "name": "1", "path": "1_Dense", "type": "sentence_transformers.models.Dense"}]
        """);
    Files.createDirectory(model.resolve("1_Dense"));
    Files.writeString(
        model.resolve("1_Dense/config.json"),
        """
        {"in_features": %d, "out_features": %d, "bias": false,
         "activation_function": "torch.nn.modules.linear.Identity"}
        """
            .formatted(FROM, TO));
    Safetensors.write(
        model.resolve("1_Dense/model.safetensors"),
        Map.of("linear.weight", Tensor.of(Shape.of(TO, FROM), weight)),
        Map.of("format", "pt"));
  }

  private static float[] product(float[] weight, float[] vector) {
    var result = new float[TO];
    for (int row = 0; row < TO; row++) {
      double sum = 0;
      for (int k = 0; k < FROM; k++) {
        sum += (double) weight[row * FROM + k] * vector[k];
      }
      result[row] = (float) sum;
    }
    return result;
  }
}
