package dev.embark.embed;

import dev.embark.backend.TinyModel;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Agreement;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pipeline.Letters;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Step;
import dev.embark.bundle.Step.PromptTokens;
import dev.embark.bundle.Variant;
import dev.embark.bundle.Variation;
import dev.embark.testing.Fixture;
import dev.embark.verify.Reference;
import dev.embark.verify.References;
import dev.embark.verify.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A bundle of [TinyModel] with the tokenizer of a fixture, whose last word is `which`.
public final class TinyBundle {
  public static final TinyModel MODEL = new TinyModel(760);
  public static final int MAX_TOKENS = 64;
  public static final String ONNX = "onnx/model.onnx";
  public static final String REFERENCES = "proof/reference.jsonl";
  public static final Map<String, Limits> LIMITS =
      Map.of(
          "sentence_embedding",
          new Limits.Vectors(1e-5, 0.999999, 0.999999, new Agreement(1, 1, 0.999), 1e-6));

  public static final Chain CHAIN = Chain.ofOneFile("onnx", OnnxRuntimeBackend.NAME, ONNX);

  private TinyBundle() {}

  /// Returns a pipeline with a query prompt.
  public static Pipeline pipeline(PromptTokens promptTokens, String defaultPrompt) {
    return new Pipeline(
        Reading.of(MAX_TOKENS, Letters.AS_WRITTEN),
        Map.of("query", "concert began: ", "document", "the orchestra "),
        defaultPrompt,
        List.of(
            new Output.Embedding(
                List.of(new Step.Pool(List.of(Pooling.MEAN), promptTokens), new Step.Normalize()),
                "cosine",
                TinyModel.HIDDEN)),
        List.of());
  }

  /// Returns the pipeline of a model with other outputs.
  public static Pipeline giving(Output... outputs) {
    var pipeline = pipeline();
    return new Pipeline(
        pipeline.reading(), pipeline.prompts(), "", List.of(outputs), pipeline.notes());
  }

  /// Returns the output of one vector a text.
  public static Output.Embedding embedding() {
    return pipeline().embedding().orElseThrow();
  }

  public static Pipeline pipeline() {
    return pipeline(PromptTokens.COUNTED, "");
  }

  /// Writes model and tokenizer, as a bundle in the making.
  public static ModelFiles write(BundleWriter writer, Pipeline pipeline) {
    MODEL.write(writer.file(ONNX));
    Path checkpoint = Fixture.of("bert-mean").folder();
    writer.copy(checkpoint.resolve("tokenizer.json"), "tokenizer.json");
    writer.copy(checkpoint.resolve("tokenizer_config.json"), "tokenizer_config.json");
    return new ModelFiles(writer.folder(), model(), pipeline, CHAIN);
  }

  private static Manifest.Model model() {
    return new Manifest.Model("Tiny", "TinyModel", 760L * TinyModel.HIDDEN, 1, 4, 760);
  }

  /// Writes a bundle whose proof has the given references, or that was not verified if there are
  /// none.
  public static void write(Path folder, Pipeline pipeline, List<Reference> references) {
    write(folder, pipeline, references, List.of(CHAIN));
  }

  /// Writes a bundle with certain chains.
  public static void write(
      Path folder, Pipeline pipeline, List<Reference> references, List<Chain> chains) {
    try (var writer = BundleWriter.create(folder)) {
      write(writer, pipeline);
      Proof proof = new Proof.Skipped();
      if (!references.isEmpty()) {
        writer.write(REFERENCES, References.toJsonLines(references));
        proof = proof(references);
      }
      writer.commit(
          new Manifest(
              "test",
              new Manifest.Source("tiny", "", List.of()),
              model(),
              pipeline,
              variants(chains, proof),
              writer.digests()));
    }
  }

  private static List<Variant> variants(List<Chain> chains, Proof proof) {
    var recipe = new Manifest.Recipe("onnx", "portable", "fp32", 17, List.of(), "");
    return chains.stream().map(chain -> new Variant(chain, recipe, List.of(), proof)).toList();
  }

  private static Proof proof(List<Reference> references) {
    var witnesses = new ArrayList<Proof.Testimony>();
    var outputs = new ArrayList<Proof.Steadiness>();
    for (var output : references.stream().map(Reference::output).distinct().toList()) {
      var figures = new Figures.Scores(1, 1, 0, 0, 1, 1, 0);
      witnesses.add(
          new Proof.Testimony.Vectors(
              "itself", "The model's own answers.", output.port(), figures));
    }
    Tolerance.of("fp32", "onnx", giving(outputsOf(references)))
        .forEach((port, limits) ->
            outputs.add(new Proof.Steadiness(port, Map.of(Variation.REPETITION, 0.0), limits)));
    return new Proof.Proven(witnesses, outputs, REFERENCES);
  }

  private static Output[] outputsOf(List<Reference> references) {
    return references.stream().map(Reference::output).distinct().toArray(Output[]::new);
  }

  /// Returns a text with the vector that a witness gives for it.
  public static Reference reference(String text, Prompt prompt, float[] vector) {
    return new Reference(Input.of(text, prompt), embedding(), vector);
  }
}
