package dev.embark.bundle;

import dev.embark.bundle.Proof.Proven;
import dev.embark.bundle.Proof.Skipped;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.format.json.Json;
import java.util.EnumMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// A [Proof] as JSON and back.
final class ProofCodec {
  private ProofCodec() {}

  static ObjectNode write(Proof proof) {
    ObjectNode node = Json.object();
    switch (proof) {
      case Skipped() -> node.put("verdict", "skipped");
      case Proven(var witnesses, var invariance, var limits, var references) -> {
        node.put("verdict", "pass");
        node.set("witnesses", ManifestCodec.array(witnesses, ProofCodec::write));
        ObjectNode variations = node.putObject("invariance");
        invariance.forEach((variation, value) -> variations.put(variation.key(), value));
        node.set("limits", write(limits));
        node.put("references", references);
      }
    }
    return node;
  }

  static Proof read(Fields fields) {
    String verdict = fields.text("verdict");
    return switch (verdict) {
      case "skipped" -> new Skipped();
      case "pass" ->
          new Proven(
              fields.objects("witnesses", ProofCodec::testimony),
              invariance(fields),
              fields.object("limits", ProofCodec::limits),
              fields.path("references"));
      default ->
          throw Fields.damaged(
              fields.name() + ".verdict is \"" + verdict + "\", expected one of [pass, skipped].");
    };
  }

  private static Map<Variation, Double> invariance(Fields fields) {
    var invariance = new EnumMap<Variation, Double>(Variation.class);
    fields
        .realMap("invariance")
        .forEach((key, value) ->
            invariance.put(
                Fields.choice(
                    fields.name() + ".invariance", key, Variation.values(), Variation::key),
                value));
    return invariance;
  }

  private static ObjectNode write(Testimony testimony) {
    ObjectNode node = Json.object();
    node.put("witness", testimony.witness());
    switch (testimony) {
      case Testimony.Vectors(_, var description, var figures) -> {
        node.put("description", description);
        node.set("figures", write(figures));
      }
      case Testimony.Similarities(_, var source, int pairs, double maxAbs) ->
          node.put("source", source).put("pairs", pairs).put("max_abs", maxAbs);
    }
    return node;
  }

  private static Testimony testimony(Fields fields) {
    return fields.has("figures")
        ? new Testimony.Vectors(
            fields.text("witness"),
            fields.text("description"),
            fields.object("figures", ProofCodec::figures))
        : new Testimony.Similarities(
            fields.text("witness"),
            fields.text("source"),
            fields.count("pairs"),
            fields.real("max_abs"));
  }

  private static ObjectNode write(Figures figures) {
    ObjectNode node = Json.object();
    node.put("texts", figures.texts());
    node.put("largest", figures.largest());
    node.put("max_abs", figures.maxAbs());
    node.put("mean_abs", figures.meanAbs());
    node.put("cosine_min", figures.cosineMin());
    node.put("cosine_mean", figures.cosineMean());
    node.put("norm_max_abs", figures.normMaxAbs());
    node.put("neighbor_agreement", figures.neighborAgreement());
    node.put("non_finite", figures.nonFinite());
    return node;
  }

  private static Figures figures(Fields fields) {
    return new Figures(
        fields.count("texts"),
        fields.real("largest"),
        fields.real("max_abs"),
        fields.real("mean_abs"),
        fields.real("cosine_min"),
        fields.real("cosine_mean"),
        fields.real("norm_max_abs"),
        fields.real("neighbor_agreement"),
        fields.count("non_finite"));
  }

  private static ObjectNode write(Limits limits) {
    ObjectNode node = Json.object();
    node.put("max_abs", limits.maxAbs());
    node.put("cosine_min", limits.cosineMin());
    node.put("neighbor_agreement_min", limits.neighborAgreementMin());
    node.put("invariance", limits.invariance());
    return node;
  }

  private static Limits limits(Fields fields) {
    return new Limits(
        fields.real("max_abs"),
        fields.real("cosine_min"),
        fields.real("neighbor_agreement_min"),
        fields.real("invariance"));
  }
}
