package dev.embark.bundle;

import dev.embark.bundle.Output.Embedding;
import dev.embark.bundle.Output.Expansion;
import dev.embark.bundle.Output.Lexical;
import dev.embark.bundle.Output.MultiVector;
import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Output.Saturation;
import dev.embark.bundle.Output.Score;
import dev.embark.bundle.Output.ScoreActivation;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.bundle.Output.Sparse;
import dev.embark.bundle.Output.SparseStrategy;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.format.json.Json;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An [Output] as JSON and back.
final class OutputCodec {
  private OutputCodec() {}

  static ObjectNode write(Output output) {
    ObjectNode node = Json.object();
    switch (output) {
      case Embedding(var steps, var similarity, var dimension) -> {
        node.put("type", "embedding").put("similarity", similarity).put("dimension", dimension);
        node.set("steps", ManifestCodec.array(steps, StepCodec::write));
      }
      case Sparse(var strategy, var saturation, var dimension) ->
          node.put("type", "sparse")
              .put("pooling_strategy", strategy.key())
              .put("activation_function", saturation.key())
              .put("dimension", dimension);
      case Lexical(var path, var skipped) -> {
        node.put("type", "lexical").put("path", path);
        node.set("skipped_ids", integers(skipped));
      }
      case MultiVector(var steps, var dimension, var leading, var query, var document) -> {
        node.put("type", "multi_vector").put("dimension", dimension).put("leading", leading);
        node.set("steps", ManifestCodec.array(steps, StepCodec::write));
        node.set("query", write(query));
        node.set("document", write(document));
      }
      case Score(var labels, var activation, var pairing, var head) -> {
        node.put("type", "score").put("activation", activation.key());
        node.set("labels", ManifestCodec.texts(labels));
        node.set("pairing", write(pairing));
        node.set("head", write(head));
      }
    }
    return node;
  }

  static Output read(Fields fields) {
    String type = fields.text("type");
    return switch (type) {
      case "embedding" ->
          new Embedding(
              fields.objects("steps", StepCodec::read),
              fields.text("similarity"),
              dimension(fields));
      case "sparse" ->
          new Sparse(
              fields.choice("pooling_strategy", SparseStrategy.values(), SparseStrategy::key),
              fields.choice("activation_function", Saturation.values(), Saturation::key),
              dimension(fields));
      case "lexical" -> new Lexical(fields.text("path"), fields.counts("skipped_ids"));
      case "multi_vector" ->
          new MultiVector(
              fields.objects("steps", StepCodec::read),
              dimension(fields),
              fields.count("leading"),
              fields.object("query", OutputCodec::role),
              fields.object("document", OutputCodec::role));
      case "score" ->
          new Score(
              fields.texts("labels"),
              fields.choice("activation", ScoreActivation.values(), ScoreActivation::key),
              fields.object("pairing", OutputCodec::pairing),
              fields.object("head", OutputCodec::head));
      default -> // an open set of words, of which this version knows these
          throw Fields.unknownType(
              fields, type, List.of("embedding", "sparse", "lexical", "multi_vector", "score"));
    };
  }

  private static int dimension(Fields fields) {
    return (int) fields.integer("dimension", 1, Integer.MAX_VALUE);
  }

  private static ObjectNode write(TokenRole role) {
    ObjectNode node = Json.object();
    node.put("max_tokens", role.maxTokens());
    node.put("expansion", key(role.expansion()));
    node.put("expansion_id", role.expansionId());
    node.set("skipped_ids", integers(role.skippedIds()));
    return node;
  }

  private static TokenRole role(Fields fields) {
    return new TokenRole(
        (int) fields.integer("max_tokens", 1, Integer.MAX_VALUE),
        fields.choice("expansion", Expansion.values(), OutputCodec::key),
        fields.count("expansion_id"),
        fields.counts("skipped_ids"));
  }

  private static String key(Expansion expansion) {
    return expansion.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode write(Pairing pairing) {
    ObjectNode node = Json.object();
    switch (pairing) {
      case Pairing.Template() -> node.put("type", "template");
      case Pairing.Prompted(var prefix, var body, var suffix, var instruction) ->
          node.put("type", "prompted")
              .put("prefix", prefix)
              .put("body", body)
              .put("suffix", suffix)
              .put("instruction", instruction);
    }
    return node;
  }

  private static Pairing pairing(Fields fields) {
    String type = fields.text("type");
    return switch (type) {
      case "template" -> new Pairing.Template();
      case "prompted" ->
          new Pairing.Prompted(
              fields.text("prefix"),
              fields.text("body"),
              fields.text("suffix"),
              fields.text("instruction"));
      default -> // an open set of words, of which this version knows these
          throw Fields.unknownType(fields, type, List.of("template", "prompted"));
    };
  }

  private static ObjectNode write(ScoreHead head) {
    ObjectNode node = Json.object();
    switch (head) {
      case ScoreHead.Classifier() -> node.put("type", "classifier");
      case ScoreHead.Preference(var trueId, var falseId) ->
          node.put("type", "preference").put("true_id", trueId).put("false_id", falseId);
    }
    return node;
  }

  private static ScoreHead head(Fields fields) {
    String type = fields.text("type");
    return switch (type) {
      case "classifier" -> new ScoreHead.Classifier();
      case "preference" ->
          new ScoreHead.Preference(fields.count("true_id"), fields.count("false_id"));
      default -> // an open set of words, of which this version knows these
          throw Fields.unknownType(fields, type, List.of("classifier", "preference"));
    };
  }

  private static ArrayNode integers(List<Integer> values) {
    ArrayNode array = Json.array();
    values.forEach(array::add);
    return array;
  }
}
