package dev.embark.bundle;

import dev.embark.bundle.Manifest.Model;
import dev.embark.bundle.Manifest.Source;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A [Manifest] as JSON and back.
final class ManifestCodec {
  private ManifestCodec() {}

  static ObjectNode write(Manifest manifest) {
    ObjectNode node = Json.object();
    node.put("format", Manifest.FORMAT);
    node.put("embark_version", manifest.embarkVersion());
    node.set("source", write(manifest.source()));
    node.set("model", write(manifest.model()));
    node.set("pipeline", PipelineCodec.write(manifest.pipeline()));
    node.set("variants", array(manifest.variants(), VariantCodec::write));
    node.set("files", array(manifest.files(), ManifestCodec::write));
    return sorted(node);
  }

  static Manifest read(ObjectNode node, String name) {
    // The version comes first: a later format may differ in everything else.
    JsonNode format = node.get("format");
    if (format != null && format.isIntegralNumber() && format.longValue() != Manifest.FORMAT) {
      throw new Problem(
          Category.UNSUPPORTED,
          name + " has format " + format + ", this Embark reads format " + Manifest.FORMAT + ".",
          "The bundle was written by another version of Embark (embark_version: "
              + node.path("embark_version").asString("unknown")
              + ").",
          "Use that version, or convert the model again with this one.");
    }
    Manifest manifest = Fields.read(node, name, ManifestCodec::manifest);
    refuseNamesakes(manifest, name);
    refuseUnlistedFiles(manifest, name);
    return manifest;
  }

  private static Manifest manifest(Fields fields) {
    fields.integer("format", Manifest.FORMAT, Manifest.FORMAT);
    return new Manifest(
        fields.text("embark_version"),
        fields.object("source", ManifestCodec::source),
        fields.object("model", ManifestCodec::model),
        fields.object("pipeline", PipelineCodec::read),
        fields.objects("variants", VariantCodec::read),
        fields.objects("files", ManifestCodec::file));
  }

  private static void refuseNamesakes(Manifest manifest, String name) {
    var names = manifest.variants().stream().map(Variant::name).toList();
    if (Set.copyOf(names).size() < names.size()) {
      throw Fields.damaged(name + " has two variants of the same name: " + names + ".");
    }
  }

  /// Whatever a bundle runs from must be among the files whose digests it states.
  private static void refuseUnlistedFiles(Manifest manifest, String name) {
    var listed = manifest.files().stream().map(FileDigest::path).collect(Collectors.toSet());
    var used = new TreeSet<String>();
    for (var variant : manifest.variants()) {
      used.addAll(variant.chain().paths());
      switch (variant.proof()) {
        case Proof.Proven(_, _, var references) -> used.add(references);
        case Proof.Skipped() -> {}
      }
    }
    // A path may be that of a folder, which is read by what its own files name.
    used.removeIf(path ->
        listed.contains(path) || listed.stream().anyMatch(each -> each.startsWith(path + "/")));
    if (!used.isEmpty()) {
      throw Fields.damaged(name + " uses files that it does not list: " + used + ".");
    }
  }

  private static ObjectNode write(Source source) {
    ObjectNode node = Json.object();
    node.put("reference", source.reference());
    node.put("revision", source.revision());
    node.set("files", array(source.files(), ManifestCodec::write));
    return node;
  }

  private static Source source(Fields fields) {
    return new Source(
        fields.text("reference"),
        fields.text("revision"),
        fields.objects("files", ManifestCodec::file));
  }

  private static ObjectNode write(FileDigest file) {
    ObjectNode node = Json.object();
    node.put("path", file.path());
    node.put("size", file.size());
    node.put("sha256", file.sha256());
    return node;
  }

  private static FileDigest file(Fields fields) {
    return new FileDigest(
        fields.path("path"), fields.integer("size", 0, Long.MAX_VALUE), fields.text("sha256"));
  }

  private static ObjectNode write(Model model) {
    ObjectNode node = Json.object();
    node.put("family", model.family());
    node.put("architecture", model.architecture());
    node.put("parameters", model.parameters());
    node.put("layers", model.layers());
    node.put("hidden_size", model.hiddenSize());
    node.put("vocab_size", model.vocabSize());
    return node;
  }

  private static Model model(Fields fields) {
    return new Model(
        fields.text("family"),
        fields.text("architecture"),
        fields.integer("parameters", 0, Long.MAX_VALUE),
        fields.count("layers"),
        fields.count("hidden_size"),
        fields.count("vocab_size"));
  }

  static ArrayNode texts(Collection<String> texts) {
    ArrayNode array = Json.object().putArray("");
    texts.forEach(array::add);
    return array;
  }

  static <T> ArrayNode array(List<T> values, Function<T, ObjectNode> writer) {
    ArrayNode array = Json.object().putArray("");
    values.forEach(value -> array.add(writer.apply(value)));
    return array;
  }

  /// Returns a copy with the keys of every object in order.
  private static ObjectNode sorted(ObjectNode node) {
    var entries = new TreeMap<String, JsonNode>();
    node.properties().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    ObjectNode copy = Json.object();
    entries.forEach((key, value) -> copy.set(key, sortedValue(value)));
    return copy;
  }

  private static JsonNode sortedValue(JsonNode value) {
    if (value instanceof ObjectNode object) {
      return sorted(object);
    }
    if (value instanceof ArrayNode array) {
      ArrayNode copy = Json.object().putArray("");
      array.forEach(element -> copy.add(sortedValue(element)));
      return copy;
    }
    return value;
  }
}
