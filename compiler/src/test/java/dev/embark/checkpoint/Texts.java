package dev.embark.checkpoint;

import dev.embark.format.json.Json;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/// JSON values written in a test.
final class Texts {
  private Texts() {}

  static JsonNode json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "test");
  }
}
