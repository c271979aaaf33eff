package dev.embark.format.mlprogram;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// The text of a `Manifest.json`.
///
/// Opening a package with coremltools writes its manifest anew: keys sorted, four spaces, a line
/// feed at the end. Written so from the start it keeps its bytes, and with them its digest. Items
/// are keyed by UUIDs of their paths instead of random ones, so that the same model is the same
/// package.
final class PackageManifest {
  static final String MODEL = "com.apple.CoreML/model.mlmodel";
  static final String WEIGHTS = "com.apple.CoreML/weights";

  private static final String ITEM =
      """
              "%s": {
                  "author": "Embark",
                  "description": "%s",
                  "name": "%s",
                  "path": "%s"
              }\
      """;

  private PackageManifest() {}

  /// Returns the manifest of a model without weight files.
  static String withoutWeights() {
    return document(Map.of(id(MODEL), modelItem()));
  }

  /// Returns the manifest of a model whose weight files lie in the folder beside it.
  static String withWeights() {
    return document(
        Map.of(
            id(MODEL),
            modelItem(),
            id(WEIGHTS),
            ITEM.formatted(id(WEIGHTS), "CoreML Model Weights", "weights", WEIGHTS)));
  }

  private static String modelItem() {
    return ITEM.formatted(id(MODEL), "CoreML Model Specification", "model.mlmodel", MODEL);
  }

  private static String document(Map<String, String> items) {
    return """
    {
        "fileFormatVersion": "1.0.0",
        "itemInfoEntries": {
    %s
        },
        "rootModelIdentifier": "%s"
    }
    """
        .formatted(String.join(",\n", new TreeMap<>(items).values()), id(MODEL));
  }

  private static String id(String path) {
    return UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
