package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.bundle.Figures;
import dev.embark.bundle.FileDigest;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Pooling;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.bundle.Step;
import dev.embark.bundle.Variant;
import dev.embark.bundle.Variant.Layer;
import dev.embark.bundle.Variation;
import dev.embark.cli.doctor.ByteText;
import dev.embark.format.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// A bundle told to people and to programs: what it holds, how a vector is made, and the figures of
/// its proof.
final class BundleReport {
  /// The target that has no forms to tell apart.
  private static final String TABLE = "table";

  private static final String TEXT_VECTORS = "sentence_embedding";

  private BundleReport() {}

  static void print(Bundle bundle, Console console) {
    var manifest = bundle.manifest();
    var model = manifest.model();
    console.line(
        field("model")
            + String.format(
                Locale.ROOT,
                "%s (%s), %d layers, hidden %d, %s parameters",
                model.architecture(),
                model.family(),
                model.layers(),
                model.hiddenSize(),
                TensorList.count(model.parameters())));
    console.line(field("source") + source(manifest.source()));
    printPipeline(manifest.pipeline(), console);
    for (var variant : manifest.variants()) {
      console.line(field("format") + format(variant));
      switch (variant.proof()) {
        case Proof.Skipped() -> console.line(field("proof") + "none: verification was skipped");
        case Proof.Proven proven -> printProof(proven, console);
      }
    }
    console.line(
        field("bundle")
            + bundle.folder()
            + " ("
            + ByteText.of(manifest.files().stream().mapToLong(FileDigest::size).sum())
            + ")");
  }

  private static String format(Variant variant) {
    var recipe = variant.recipe();
    long kept = variant.layers().stream().filter(Layer::isKept).count();
    return recipe.target()
        + " "
        + recipe.precision()
        + (recipe.target().equals(TABLE) ? "" : ", " + recipe.flavor())
        + (recipe.opset() == 0 ? "" : ", opset " + recipe.opset())
        + (kept == 0 ? "" : ", " + kept + " of " + variant.layers().size() + " layers in fp32");
  }

  /// Returns the reference, with the revision where the reference does not end in it.
  private static String source(Manifest.Source source) {
    return source.reference().endsWith(source.revision())
        ? source.reference()
        : source.reference() + " @ " + source.revision();
  }

  /// Prints how a text becomes what the model gives, a line for each output.
  static void printPipeline(Pipeline pipeline, Console console) {
    var title = "pipeline";
    for (var output : pipeline.outputs()) {
      console.line(field(title) + line(output));
      title = "";
    }
    console.line(field("limit") + pipeline.maxTokens() + " tokens");
    new TreeMap<>(pipeline.prompts())
        .forEach((name, text) -> {
          if (!text.isEmpty()) {
            console.line(field("prompt") + name + " " + JsonText.quoted(text));
          }
        });
  }

  private static String line(Output output) {
    return switch (output) {
      case Output.Embedding(var steps, var similarity, int dimension) ->
          steps(steps) + dimension + " values, " + similarity;
      case Output.Sparse(var strategy, var saturation, int dimension) ->
          "weights of "
              + dimension
              + " entries of the vocabulary, "
              + strategy.key()
              + " of "
              + saturation.key();
      case Output.Lexical _ -> "a weight for each token";
      case Output.MultiVector vectors ->
          steps(vectors.steps())
              + vectors.dimension()
              + " values for each token, "
              + vectors.query().maxTokens()
              + " tokens of a query, "
              + vectors.document().maxTokens()
              + " of a document";
      case Output.Score score ->
          "scores of pairs of texts: "
              + String.join(", ", score.labels())
              + ", "
              + score.activation().key();
    };
  }

  private static String steps(List<Step> steps) {
    return steps.stream().map(step -> step(step) + " → ").collect(Collectors.joining());
  }

  static String step(Step step) {
    return switch (step) {
      case Step.Pool(var modes, var prompt) ->
          modes.stream().map(Pooling::key).collect(Collectors.joining("+"))
              + " pooling"
              + switch (prompt) {
                case COUNTED -> "";
                case LEFT_OUT -> " without the prompt";
              };
      case Step.Dense dense ->
          "dense " + dense.inFeatures() + "→" + dense.outFeatures() + " " + dense.activation();
      case Step.Normalize() -> "length 1";
      case Step.LayerNorm _ -> "layer norm";
      case Step.Truncate(var dimension) -> "first " + dimension + " values";
    };
  }

  private static void printProof(Proof.Proven proof, Console console) {
    console.line(field("proof") + "PASS");
    for (var testimony : proof.witnesses()) {
      console.line(field("") + line(testimony));
    }
    for (var output : proof.outputs()) {
      console.line(field("") + prefix(output.output()) + line(output.invariance()));
      console.line(field("") + prefix(output.output()) + line(output.limits()));
    }
  }

  static String line(Testimony testimony) {
    return switch (testimony) {
      case Testimony.Vectors(var witness, _, var output, var figures) ->
          witness + ": " + line(output, figures);
      case Testimony.Similarities(var witness, var source, int pairs, double maxAbs) ->
          String.format(
              Locale.ROOT, "%s: %d cosines within %.1e of %s", witness, pairs, maxAbs, source);
    };
  }

  /// Returns the words that name an output; one vector a text goes without saying.
  private static String prefix(String output) {
    return output.equals(TEXT_VECTORS) ? "" : output + ": ";
  }

  static String line(String output, Figures figures) {
    String agreement =
        switch (figures) {
          case Figures.Vectors vectors ->
              String.format(
                  Locale.ROOT,
                  "smallest cosine %.9f, nearest neighbours %.1f %%",
                  vectors.cosineMin(),
                  vectors.agreement().nearest() * 100);
          case Figures.Scores scores ->
              String.format(Locale.ROOT, "order %.1f %%", scores.rankingAgreement() * 100);
        };
    return String.format(
        Locale.ROOT,
        "%s%d texts, largest difference %.1e, mean %.1e, %s",
        prefix(output),
        figures.texts(),
        figures.maxAbs(),
        figures.meanAbs(),
        agreement);
  }

  static String line(Map<Variation, Double> invariance) {
    var parts = new ArrayList<String>();
    for (var variation : Variation.values()) {
      if (invariance.containsKey(variation)) {
        parts.add(
            String.format(Locale.ROOT, "%s %.1e", variation.key(), invariance.get(variation)));
      }
    }
    return "same text, other company: " + String.join(", ", parts);
  }

  static String line(Limits limits) {
    String agreement =
        switch (limits) {
          case Limits.Vectors vectors ->
              String.format(Locale.ROOT, "cosine %.6f", vectors.cosineMin());
          case Limits.Scores scores ->
              String.format(Locale.ROOT, "order %.1f %%", scores.rankingAgreementMin() * 100);
        };
    return String.format(
        Locale.ROOT,
        "allowed: difference %.1e, %s, other company %.1e",
        limits.maxAbs(),
        agreement,
        limits.invariance());
  }

  static String field(String name) {
    return String.format(Locale.ROOT, "%-10s", name);
  }

  /// Returns the manifest, and where the bundle lies.
  static ObjectNode document(Bundle bundle) {
    var document = Json.object().put("bundle", bundle.folder().toString());
    document.set("manifest", Json.parse(bundle.manifest().toJson(), "embark.json"));
    return document;
  }
}
