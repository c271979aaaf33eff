package dev.embark.checkpoint;

import dev.embark.bundle.Pooling;
import dev.embark.format.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A well-known ONNX file that comes without its configuration: known by its digest alone.
///
/// The table is the resource `known-models.json`. Its configurations are those of the original
/// repositories on the hub.
///
/// @param sha256 digest of the whole file
/// @param model the repository it was made from, as `owner/name`
/// @param config what `config.json` says there
/// @param instructions pooling, normalisation and limit, as the repository's packaging says them
record KnownModel(String sha256, String model, ObjectNode config, Instructions instructions) {
  private static final String TABLE = "known-models.json";

  /// Returns the entries with this digest: one, or none.
  static List<KnownModel> withDigest(String sha256) {
    return table().stream().filter(known -> known.sha256().equals(sha256)).toList();
  }

  Config asConfig() {
    return new Config(model + " config.json", config);
  }

  private static List<KnownModel> table() {
    try (var resource = KnownModel.class.getResourceAsStream(TABLE)) {
      if (resource == null) {
        throw new IllegalStateException(TABLE + " is not on the class path");
      }
      return Json.parse(resource.readAllBytes(), TABLE)
          .valueStream()
          .map(KnownModel::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static KnownModel parse(JsonNode entry) {
    var length =
        entry.path("normalize").asBoolean()
            ? Instructions.VectorLength.ONE
            : Instructions.VectorLength.AS_COMPUTED;
    var pooling = Pooling.ofKey(entry.path("pooling").asString()).orElseThrow();
    return new KnownModel(
        entry.path("sha256").asString(),
        entry.path("model").asString(),
        (ObjectNode) entry.path("config"),
        new Instructions(
            List.of(), List.of(pooling), length, entry.path("max_seq_length").asInt()));
  }
}
