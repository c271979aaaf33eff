package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Output;
import dev.embark.convert.Conversion.Trust;
import dev.embark.convert.Quantizing.Keeping;
import dev.embark.embed.EmbedSettings;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.TextPair;
import dev.embark.progress.Progress;
import dev.embark.verify.Comparison;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A checkpoint of each family and of each kind of output in every precision, all layers quantised:
/// finite, and near what it gives in 32 bits.
///
/// The checkpoints are tiny and random: a layer has 32 channels, whose errors do not average out as
/// those of 384 do.
final class EveryPrecisionTest {
  private static final List<String> TEXTS =
      List.of(
          "the orchestra began the concert",
          "which",
          "",
          "a concert that nobody had asked for began in the old harbour, and went on for hours");

  private static final Set<String> DECODERS =
      Set.of(
          "llama3-mean-bf16",
          "mistral-lasttoken",
          "qwen2-lasttoken-bf16",
          "qwen3-lasttoken-bf16-sharded");

  @TempDir static Path cache;
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert-mean",
        "bert-cls-dense",
        "bert-mean",
        "bge-m3-like",
        "colbert-bert",
        "deberta-v2-mean",
        "distilbert-mean",
        "electra-mean",
        "gemma3-bidir-mean-dense2-bf16",
        "gte-cls-fp16",
        "llama3-mean-bf16",
        "mistral-lasttoken",
        "modernbert-cls",
        "mpnet-mean",
        "nomicbert-mean",
        "qwen2-lasttoken-bf16",
        "qwen3-lasttoken-bf16-sharded",
        "reranker-bert",
        "reranker-qwen3-yesno",
        "roberta-mean",
        "splade-bert",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16"
      })
  void everyPrecisionStaysNearTheOriginal(String name) {
    var exact = values(name, Precision.FP32);
    for (var precision :
        List.of(Precision.FP16, Precision.INT8, Precision.INT8_WEIGHTS, Precision.INT4)) {
      var values = values(name, precision);
      for (int i = 0; i < exact.size(); i++) {
        var about = name + " in " + precision + ", value " + i;
        for (float value : values.get(i)) {
          assertThat(value).as(about).isFinite();
        }
        if (exact.get(i).length > 1) {
          assertThat(Comparison.cosine(values.get(i), exact.get(i)))
              .as(about)
              .isGreaterThan(least(name, precision));
        }
      }
    }
  }

  private static double least(String name, Precision precision) {
    return switch (precision) {
      case FP32, FP16 -> 0.9999;
      case BF16 -> throw new IllegalArgumentException("ONNX files are not in bf16");
      case INT8 -> 0.99;
      case INT8_WEIGHTS -> DECODERS.contains(name) ? 0.999 : 0.998;
      case INT4 -> 0.8;
    };
  }

  private List<float[]> values(String name, Precision precision) {
    var order =
        new Conversion.Order(
            name,
            "",
            Fixtures.describe(name),
            List.of(Recipe.of(precision, precision.usualFlavor())),
            new Quantizing(Corpus.shipped(), new Keeping.Named(List.of("none"))),
            Trust.UNVERIFIED,
            List.of(),
            folder.resolve(precision.key()));
    var backend = OnnxRuntimeBackend.load(cache);
    var bundle =
        new Conversion(order, new Conversion.Machine(() -> backend, cache), Progress.SILENT).run();
    var values = new ArrayList<float[]>();
    try (var engine =
        Engine.open(ModelFiles.of(bundle), backend, EmbedSettings.defaults().withCallers(1))) {
      var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
      for (var output : engine.pipeline().outputs()) {
        values.addAll(engine.values(inputs(output), output, task));
      }
    }
    return values;
  }

  private static List<Input> inputs(Output output) {
    return switch (output) {
      case Output.Score _ ->
          TEXTS.stream().map(text -> Input.of(new TextPair("the concert", text))).toList();
      case Output.Embedding _, Output.Sparse _, Output.Lexical _, Output.MultiVector _ ->
          TEXTS.stream().map(text -> Input.of(text, new Prompt.Default())).toList();
    };
  }
}
