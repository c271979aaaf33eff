package dev.embark.bundle;

import dev.embark.bundle.Pipeline.Letters;
import dev.embark.bundle.Reading.Specials;
import dev.embark.bundle.Reading.Unknowns;
import dev.embark.format.json.Json;
import tools.jackson.databind.node.ObjectNode;

/// A [Pipeline] as JSON and back.
final class PipelineCodec {
  private PipelineCodec() {}

  static ObjectNode write(Pipeline pipeline) {
    ObjectNode node = Json.object();
    node.set("reading", write(pipeline.reading()));
    ObjectNode prompts = node.putObject("prompts");
    pipeline.prompts().forEach(prompts::put);
    node.put("default_prompt", pipeline.defaultPrompt());
    node.set("outputs", ManifestCodec.array(pipeline.outputs(), OutputCodec::write));
    node.set("notes", ManifestCodec.texts(pipeline.notes()));
    return node;
  }

  static Pipeline read(Fields fields) {
    return new Pipeline(
        fields.object("reading", PipelineCodec::reading),
        fields.textMap("prompts"),
        fields.text("default_prompt"),
        fields.objects("outputs", OutputCodec::read),
        fields.texts("notes"));
  }

  private static ObjectNode write(Reading reading) {
    return Json.object()
        .put("max_tokens", reading.maxTokens())
        .put("max_chars", reading.charsMax())
        .put("lowercase", reading.letters() == Letters.LOWERCASED)
        .put("add_special_tokens", reading.specials() == Specials.ADDED)
        .put("drop_unknown_tokens", reading.unknowns() == Unknowns.DROPPED);
  }

  private static Reading reading(Fields fields) {
    return new Reading(
        (int) fields.integer("max_tokens", 1, Integer.MAX_VALUE),
        fields.count("max_chars"),
        fields.flag("lowercase") ? Letters.LOWERCASED : Letters.AS_WRITTEN,
        fields.flag("add_special_tokens") ? Specials.ADDED : Specials.LEFT_OUT,
        fields.flag("drop_unknown_tokens") ? Unknowns.DROPPED : Unknowns.KEPT);
  }
}
