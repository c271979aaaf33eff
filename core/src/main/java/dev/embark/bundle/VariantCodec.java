package dev.embark.bundle;

import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Chain.Stage;
import dev.embark.bundle.Chain.StageFile;
import dev.embark.bundle.Manifest.Recipe;
import dev.embark.bundle.Variant.Layer;
import dev.embark.format.json.Json;
import tools.jackson.databind.node.ObjectNode;

/// A [Variant] as JSON and back.
final class VariantCodec {
  private VariantCodec() {}

  static ObjectNode write(Variant variant) {
    ObjectNode node = Json.object();
    node.put("name", variant.name());
    node.set("stages", ManifestCodec.array(variant.chain().stages(), VariantCodec::write));
    node.set("recipe", write(variant.recipe()));
    node.set("layers", ManifestCodec.array(variant.layers(), VariantCodec::write));
    node.set("proof", ProofCodec.write(variant.proof()));
    return node;
  }

  static Variant read(Fields fields) {
    return new Variant(
        new Chain(fields.text("name"), fields.objects("stages", VariantCodec::stage)),
        fields.object("recipe", VariantCodec::recipe),
        fields.objects("layers", VariantCodec::layer),
        fields.object("proof", ProofCodec::read));
  }

  private static ObjectNode write(Recipe recipe) {
    ObjectNode node = Json.object();
    node.put("target", recipe.target());
    node.put("flavor", recipe.flavor());
    node.put("precision", recipe.precision());
    node.put("opset", recipe.opset());
    node.set("passes", ManifestCodec.texts(recipe.passes()));
    node.put("calibration", recipe.calibration());
    return node;
  }

  private static Recipe recipe(Fields fields) {
    return new Recipe(
        fields.text("target"),
        fields.text("flavor"),
        fields.text("precision"),
        fields.count("opset"),
        fields.texts("passes"),
        fields.text("calibration"));
  }

  private static ObjectNode write(Layer layer) {
    ObjectNode node = Json.object();
    node.put("name", layer.name());
    node.put("encoding", layer.encoding());
    node.put("error", layer.error());
    return node;
  }

  private static Layer layer(Fields fields) {
    return new Layer(fields.text("name"), fields.text("encoding"), fields.real("error"));
  }

  private static ObjectNode write(Stage stage) {
    ObjectNode node = Json.object();
    node.put("name", stage.name());
    node.put("backend", stage.backend());
    node.set("files", ManifestCodec.array(stage.files(), VariantCodec::write));
    return node;
  }

  private static Stage stage(Fields fields) {
    return new Stage(
        fields.text("name"),
        fields.text("backend"),
        fields.objects("files", VariantCodec::stageFile));
  }

  /// `sequence` is the length a file is made for; 0 says that it takes any.
  private static ObjectNode write(StageFile file) {
    ObjectNode node = Json.object();
    node.put("path", file.path());
    node.put(
        "sequence",
        switch (file.sequence()) {
          case Sequence.Any() -> 0;
          case Sequence.Exactly(var length) -> length;
        });
    return node;
  }

  private static StageFile stageFile(Fields fields) {
    String path = fields.path("path");
    int length = fields.count("sequence");
    return new StageFile(path, length == 0 ? new Sequence.Any() : new Sequence.Exactly(length));
  }
}
