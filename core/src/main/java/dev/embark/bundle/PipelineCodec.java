package dev.embark.bundle;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.bundle.Step.BiasUse;
import dev.embark.bundle.Step.Dense;
import dev.embark.bundle.Step.Normalize;
import dev.embark.bundle.Step.Pool;
import dev.embark.bundle.Step.PromptTokens;
import dev.embark.format.json.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// A [Pipeline] as JSON and back.
final class PipelineCodec {
  private PipelineCodec() {}

  static ObjectNode write(Pipeline pipeline) {
    ObjectNode node = Json.object();
    node.put("max_tokens", pipeline.maxTokens());
    node.put(
        "lowercase",
        switch (pipeline.letters()) {
          case AS_WRITTEN -> false;
          case LOWERCASED -> true;
        });
    ObjectNode prompts = node.putObject("prompts");
    pipeline.prompts().forEach(prompts::put);
    node.put("default_prompt", pipeline.defaultPrompt());
    node.set("steps", ManifestCodec.array(pipeline.steps(), PipelineCodec::write));
    node.put("similarity", pipeline.similarity());
    node.put("dimension", pipeline.dimension());
    node.set("notes", ManifestCodec.texts(pipeline.notes()));
    return node;
  }

  static Pipeline read(Fields fields) {
    return new Pipeline(
        (int) fields.integer("max_tokens", 1, Integer.MAX_VALUE),
        fields.flag("lowercase") ? Letters.LOWERCASED : Letters.AS_WRITTEN,
        fields.textMap("prompts"),
        fields.text("default_prompt"),
        fields.objects("steps", PipelineCodec::step),
        fields.text("similarity"),
        (int) fields.integer("dimension", 1, Integer.MAX_VALUE),
        fields.texts("notes"));
  }

  private static ObjectNode write(Step step) {
    ObjectNode node = Json.object();
    switch (step) {
      case Pool(var modes, var promptTokens) -> {
        node.put("type", "pool");
        node.set("modes", ManifestCodec.texts(modes.stream().map(Pooling::key).toList()));
        node.put(
            "include_prompt",
            switch (promptTokens) {
              case COUNTED -> true;
              case LEFT_OUT -> false;
            });
      }
      case Dense(var path, var inFeatures, var outFeatures, var bias, var activation) -> {
        node.put("type", "dense");
        node.put("path", path);
        node.put("in_features", inFeatures);
        node.put("out_features", outFeatures);
        node.put(
            "bias",
            switch (bias) {
              case BIAS -> true;
              case NO_BIAS -> false;
            });
        node.put("activation", activation);
      }
      case Normalize() -> node.put("type", "normalize");
    }
    return node;
  }

  private static Step step(Fields fields) {
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
      default ->
          throw Fields.damaged(
              fields.name()
                  + ".type is \""
                  + type
                  + "\", expected one of [pool, dense, normalize].");
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
