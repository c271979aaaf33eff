package dev.embark.bundle;

import dev.embark.bundle.Manifest.Model;
import dev.embark.bundle.Manifest.Recipe;
import dev.embark.bundle.Manifest.Source;
import dev.embark.bundle.Pipeline.Letters;
import dev.embark.bundle.Step.BiasUse;
import dev.embark.bundle.Step.PromptTokens;
import java.util.List;
import java.util.Map;

/// A manifest that uses every part of the format.
final class SampleManifest {
  static final String MODEL = "onnx/model.onnx";
  static final String REFERENCES = "proof/reference.jsonl";

  private SampleManifest() {}

  static Manifest of(List<FileDigest> files, Proof proof) {
    return new Manifest(
        "0.1.0",
        new Source(
            "owner/model",
            "0123abc",
            List.of(new FileDigest("model.safetensors", 12, "0".repeat(64)))),
        new Model("Bert", "BertModel", 22_713_216, 6, 384, 30_522),
        pipeline(),
        List.of(variant(proof)),
        files);
  }

  private static Variant variant(Proof proof) {
    return new Variant(
        Chain.ofOneFile("int8", "onnxruntime", MODEL),
        new Recipe(
            "onnx",
            "ort",
            "int8",
            17,
            List.of("QuantizeInt8", "QuantizeTables"),
            "the calibration texts of Embark"),
        List.of(
            new Variant.Layer("encoder.layer.0.output.dense.weight", "int8", 0.0125),
            new Variant.Layer("pooler.dense.weight", "fp32", 0.5)),
        proof);
  }

  static Pipeline pipeline() {
    return new Pipeline(
        new Reading(
            256, 5_000, Letters.LOWERCASED, Reading.Specials.LEFT_OUT, Reading.Unknowns.DROPPED),
        Map.of("query", "query: ", "document", "passage: "),
        "document",
        outputs(),
        List.of("No modules.json: mean pooling, as sentence-transformers does."));
  }

  private static List<Output> outputs() {
    return List.of(
        new Output.Embedding(
            List.of(
                new Step.Pool(List.of(Pooling.MEAN, Pooling.MAX), PromptTokens.LEFT_OUT),
                new Step.Dense("2_Dense", 768, 384, BiasUse.BIAS, "Tanh"),
                new Step.LayerNorm("3_LayerNorm", 384),
                new Step.Normalize(),
                new Step.Truncate(256)),
            "cosine",
            256),
        new Output.Sparse(Output.SparseStrategy.SUM, Output.Saturation.TWICE, 30_522),
        new Output.Lexical("sparse_linear", List.of(0, 1, 2, 3)),
        new Output.MultiVector(
            List.of(new Step.Dense("1_Dense", 768, 128, BiasUse.NO_BIAS, "Identity")),
            128,
            1,
            new Output.TokenRole(32, Output.Expansion.UNATTENDED, 103, List.of()),
            new Output.TokenRole(180, Output.Expansion.NONE, 0, List.of(999, 1000))),
        new Output.Score(
            List.of("yes"),
            Output.ScoreActivation.SIGMOID,
            new Output.Pairing.Prompted("<", "{query} {document}", ">", "Judge."),
            new Output.ScoreHead.Preference(9693, 2152)));
  }

  static Proof proven() {
    var agreement = new Agreement(1, 0.99, 0.9999);
    var vectors =
        new Figures.Vectors(64, 0.25, 3.5e-7, 4e-8, 0.9999999, 0.99999999, 2e-7, agreement, 0);
    var scores = new Figures.Scores(8, 9.5, 3.5e-6, 4e-7, 1, 0.5, 0);
    return new Proof.Proven(
        List.of(
            new Proof.Testimony.Vectors(
                "interpreter", "The reference interpreter.", "sentence_embedding", vectors),
            new Proof.Testimony.Vectors(
                "interpreter", "The reference interpreter.", "logits", scores)),
        List.of(
            new Proof.Steadiness(
                "sentence_embedding",
                Map.of(Variation.BATCH, 1e-7, Variation.PADDING, 2e-7),
                new Limits.Vectors(1e-5, 0.999999, 0.9999999, agreement, 1e-6)),
            new Proof.Steadiness(
                "logits", Map.of(Variation.ORDER, 1e-7), new Limits.Scores(1e-4, 1, 0.25, 1e-5))),
        REFERENCES);
  }
}
