package dev.embark.bundle;

import dev.embark.bundle.Step.BiasUse;
import dev.embark.bundle.Step.Dense;
import dev.embark.bundle.Step.LayerNorm;
import dev.embark.bundle.Step.Normalize;
import dev.embark.bundle.Step.Pool;
import dev.embark.bundle.Step.PromptTokens;
import dev.embark.bundle.Step.Truncate;
import dev.embark.format.json.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// A [Step] as JSON and back.
final class StepCodec {
  private StepCodec() {}

  static ObjectNode write(Step step) {
    ObjectNode node = Json.object();
    switch (step) {
      case Pool(var modes, var promptTokens) -> {
        node.put("type", "pool");
        node.set("modes", ManifestCodec.texts(modes.stream().map(Pooling::key).toList()));
        node.put("include_prompt", promptTokens == PromptTokens.COUNTED);
      }
      case Dense(var path, var inFeatures, var outFeatures, var bias, var activation) ->
          node.put("type", "dense")
              .put("path", path)
              .put("in_features", inFeatures)
              .put("out_features", outFeatures)
              .put("bias", bias == BiasUse.BIAS)
              .put("activation", activation);
      case Normalize() -> node.put("type", "normalize");
      case LayerNorm(var path, var width) ->
          node.put("type", "layer_norm").put("path", path).put("width", width);
      case Truncate(var dimension) -> node.put("type", "truncate").put("dimension", dimension);
    }
    return node;
  }

  static Step read(Fields fields) {
    String type = fields.text("type");
    return switch (type) {
      case "pool" ->
          new Pool(
              modes(fields),
              fields.flag("include_prompt") ? PromptTokens.COUNTED : PromptTokens.LEFT_OUT);
      case "dense" ->
          new Dense(
              fields.text("path"),
              fields.count("in_features"),
              fields.count("out_features"),
              fields.flag("bias") ? BiasUse.BIAS : BiasUse.NO_BIAS,
              fields.text("activation"));
      case "normalize" -> new Normalize();
      case "layer_norm" -> new LayerNorm(fields.text("path"), fields.count("width"));
      case "truncate" -> new Truncate((int) fields.integer("dimension", 1, Integer.MAX_VALUE));
      default -> // an open set of words, of which this version knows these
          throw Fields.unknownType(
              fields, type, List.of("pool", "dense", "normalize", "layer_norm", "truncate"));
    };
  }

  private static List<Pooling> modes(Fields fields) {
    var modes = new ArrayList<Pooling>();
    for (String mode : fields.texts("modes")) {
      modes.add(Fields.choice(fields.name() + ".modes", mode, Pooling.values(), Pooling::key));
    }
    return modes;
  }
}
