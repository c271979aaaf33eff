package dev.embark.convert;

import dev.embark.format.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Similarities that the authors of a model, or of its original implementation, have published.
///
/// @param model repository, as `owner/name`
/// @param source where the numbers are published
/// @param relative share of the published number by which ours may differ
/// @param absolute difference allowed beside it
record PublishedAnswers(
    String model, String source, double relative, double absolute, List<Answer> answers) {
  private static final String TABLE = "published-answers.json";

  PublishedAnswers {
    answers = List.copyOf(answers);
  }

  /// The cosine of the vectors of two texts.
  record Answer(String left, String right, double cosine) {}

  /// Returns what is published for a model; most have nothing.
  static List<PublishedAnswers> of(String model) {
    try (var resource = PublishedAnswers.class.getResourceAsStream(TABLE)) {
      if (resource == null) {
        throw new IllegalStateException(TABLE + " is not on the class path");
      }
      return Json.parse(resource.readAllBytes(), TABLE)
          .valueStream()
          .filter(entry -> entry.path("model").asString().equals(model))
          .map(PublishedAnswers::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PublishedAnswers parse(JsonNode entry) {
    var answers =
        entry
            .path("cosines")
            .valueStream()
            .map(pair ->
                new Answer(
                    pair.path("left").asString(),
                    pair.path("right").asString(),
                    pair.path("cosine").asDouble()))
            .toList();
    return new PublishedAnswers(
        entry.path("model").asString(),
        entry.path("source").asString(),
        entry.path("relative").asDouble(),
        entry.path("absolute").asDouble(),
        answers);
  }
}
