package dev.embark.cli;

import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Output.ScoreActivation;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pipeline.Letters;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Variant;
import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.format.onnx.OnnxContent;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.onnx.OnnxGraph;
import dev.embark.format.onnx.OnnxInitializer;
import dev.embark.format.onnx.OnnxModel;
import dev.embark.format.onnx.OnnxNode;
import dev.embark.format.onnx.OnnxValue;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Fixture;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A bundle whose model gives pairs of texts scores that are easy to foresee: a tenth of the number
/// of tokens, times one for each label.
final class ScorerBundle {
  private static final String FILE = "onnx/model.onnx";

  private ScorerBundle() {}

  static void write(Path folder, List<String> labels) {
    var pipeline =
        new Pipeline(
            Reading.of(64, Letters.AS_WRITTEN),
            Map.of(),
            "",
            List.of(
                new Output.Score(
                    labels,
                    ScoreActivation.SIGMOID,
                    new Pairing.Template(),
                    new ScoreHead.Classifier())),
            List.of());
    try (var writer = BundleWriter.create(folder)) {
      OnnxFile.write(model(labels.size()), writer.file(FILE));
      for (var name : List.of("tokenizer.json", "tokenizer_config.json")) {
        writer.copy(Fixture.of("bert-mean").folder().resolve(name), name);
      }
      writer.commit(
          new Manifest(
              "test",
              new Manifest.Source("scorer", "", List.of()),
              new Manifest.Model("Scorer", "ScorerModel", 1, 1, 1, 760),
              pipeline,
              List.of(variant()),
              writer.digests()));
    }
  }

  private static Variant variant() {
    return new Variant(
        Chain.ofOneFile("fp32", "onnxruntime", FILE),
        new Manifest.Recipe("onnx", "portable", "fp32", 17, List.of(), ""),
        List.of(),
        new Proof.Skipped());
  }

  private static OnnxModel model(int labels) {
    var tokens = Shape.of(new Dim.Named("batch"), new Dim.Named("sequence"));
    var scores = Shape.of(new Dim.Named("batch"), new Dim.Fixed(labels));
    var factors = new float[labels];
    for (int i = 0; i < labels; i++) {
      factors[i] = 0.1f * (i + 1);
    }
    var axis = new Tensor(ElementType.I64, Shape.of(1), MemorySegment.ofArray(new long[] {1}));
    return new OnnxModel(
        8,
        new TreeMap<>(Map.of("", 17L)),
        "embark",
        "test",
        new TreeMap<>(),
        new OnnxGraph(
            "scorer",
            List.of(
                new OnnxValue("input_ids", ElementType.I64, tokens),
                new OnnxValue("attention_mask", ElementType.I64, tokens)),
            List.of(new OnnxValue("logits", ElementType.F32, scores)),
            List.of(
                node("Cast", List.of("attention_mask"), "counted", new OnnxAttribute.Int("to", 1)),
                node("ReduceSum", List.of("counted", "axis"), "count"),
                node("Mul", List.of("count", "factors"), "logits")),
            List.of(
                new OnnxInitializer("axis", new OnnxContent.Stored(axis)),
                new OnnxInitializer(
                    "factors", new OnnxContent.Stored(Tensor.of(Shape.of(1, labels), factors))))));
  }

  private static OnnxNode node(
      String type, List<String> inputs, String output, OnnxAttribute... attributes) {
    return new OnnxNode(type, "", "", inputs, List.of(output), List.of(attributes));
  }
}
