package dev.embark.bundle;

import dev.embark.bundle.Proof.Proven;
import dev.embark.bundle.Proof.Skipped;
import dev.embark.bundle.Proof.Steadiness;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.format.json.Json;
import java.util.EnumMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// A [Proof] as JSON and back.
final class ProofCodec {
  private static final String RANKING = "ranking_agreement";
  private static final String RANKING_MIN = "ranking_agreement_min";

  private ProofCodec() {}

  static ObjectNode write(Proof proof) {
    ObjectNode node = Json.object();
    switch (proof) {
      case Skipped() -> node.put("verdict", "skipped");
      case Proven(var witnesses, var outputs, var references) -> {
        node.put("verdict", "pass");
        node.set("witnesses", ManifestCodec.array(witnesses, ProofCodec::write));
        node.set("outputs", ManifestCodec.array(outputs, ProofCodec::write));
        node.put("references", references);
      }
    }
    return node;
  }

  private static ObjectNode write(Steadiness steadiness) {
    ObjectNode node = Json.object();
    node.put("output", steadiness.output());
    ObjectNode variations = node.putObject("invariance");
    steadiness.invariance().forEach((variation, value) -> variations.put(variation.key(), value));
    node.set("limits", write(steadiness.limits()));
    return node;
  }

  static Proof read(Fields fields) {
    String verdict = fields.text("verdict");
    return switch (verdict) {
      case "skipped" -> new Skipped();
      case "pass" ->
          new Proven(
              fields.objects("witnesses", ProofCodec::testimony),
              fields.objects("outputs", ProofCodec::steadiness),
              fields.path("references"));
      default ->
          throw Fields.damaged(
              fields.name() + ".verdict is \"" + verdict + "\", expected one of [pass, skipped].");
    };
  }

  private static Steadiness steadiness(Fields fields) {
    return new Steadiness(
        fields.text("output"), invariance(fields), fields.object("limits", ProofCodec::limits));
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
      case Testimony.Vectors(_, var description, var output, var figures) -> {
        node.put("description", description).put("output", output);
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
            fields.text("output"),
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
    node.put("non_finite", figures.nonFinite());
    switch (figures) {
      case Figures.Vectors vectors ->
          node.put("cosine_min", vectors.cosineMin())
              .put("cosine_mean", vectors.cosineMean())
              .put("norm_max_abs", vectors.normMaxAbs())
              .set("agreement", write(vectors.agreement()));
      case Figures.Scores scores ->
          node.put(RANKING, scores.rankingAgreement())
              .put("first_agreement", scores.firstAgreement());
    }
    return node;
  }

  private static Figures figures(Fields fields) {
    return fields.has(RANKING)
        ? new Figures.Scores(
            fields.count("texts"),
            fields.real("largest"),
            fields.real("max_abs"),
            fields.real("mean_abs"),
            fields.real(RANKING),
            fields.real("first_agreement"),
            fields.count("non_finite"))
        : new Figures.Vectors(
            fields.count("texts"),
            fields.real("largest"),
            fields.real("max_abs"),
            fields.real("mean_abs"),
            fields.real("cosine_min"),
            fields.real("cosine_mean"),
            fields.real("norm_max_abs"),
            fields.object("agreement", ProofCodec::agreement),
            fields.count("non_finite"));
  }

  private static ObjectNode write(Limits limits) {
    ObjectNode node = Json.object();
    node.put("max_abs", limits.maxAbs());
    node.put("invariance", limits.invariance());
    switch (limits) {
      case Limits.Vectors vectors ->
          node.put("cosine_min", vectors.cosineMin())
              .put("cosine_mean_min", vectors.cosineMeanMin())
              .set("agreement_min", write(vectors.agreementMin()));
      case Limits.Scores scores ->
          node.put(RANKING_MIN, scores.rankingAgreementMin())
              .put("first_agreement_min", scores.firstAgreementMin());
    }
    return node;
  }

  private static Limits limits(Fields fields) {
    return fields.has(RANKING_MIN)
        ? new Limits.Scores(
            fields.real("max_abs"),
            fields.real(RANKING_MIN),
            fields.real("first_agreement_min"),
            fields.real("invariance"))
        : new Limits.Vectors(
            fields.real("max_abs"),
            fields.real("cosine_min"),
            fields.real("cosine_mean_min"),
            fields.object("agreement_min", ProofCodec::agreement),
            fields.real("invariance"));
  }

  private static ObjectNode write(Agreement agreement) {
    ObjectNode node = Json.object();
    node.put("nearest", agreement.nearest());
    node.put("ten_nearest", agreement.tenNearest());
    node.put("order", agreement.order());
    return node;
  }

  private static Agreement agreement(Fields fields) {
    return new Agreement(fields.real("nearest"), fields.real("ten_nearest"), fields.real("order"));
  }
}
