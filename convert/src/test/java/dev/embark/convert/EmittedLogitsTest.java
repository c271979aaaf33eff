package dev.embark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.Checkpoint;
import dev.embark.family.Families;
import dev.embark.target.onnx.Flavor;
import dev.embark.testing.Fixture;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// ONNX Runtime on each classifier that the ONNX target writes, against the logits of the original
/// implementation.
class EmittedLogitsTest {
  private static final double TOLERANCE = 1e-4;

  /// The pair whose second text is empty: its golden ids are those of the first text alone, and its
  /// logits belong to neither.
  private static final int EMPTY_SECOND = 3;

  private static final String[] CLASSIFIERS = {
    "nli-bert-3labels",
    "reranker-deberta-v2",
    "reranker-distilbert",
    "reranker-electra",
    "reranker-gte-fp16",
    "reranker-modernbert",
    "reranker-modernbert-cls",
    "reranker-qwen3-seqcls",
    "reranker-roberta",
    "reranker-xlmroberta",
  };

  @TempDir Path folder;

  static Stream<Arguments> everyClassifierInEveryFlavor() {
    return Arrays.stream(CLASSIFIERS)
        .flatMap(name -> Arrays.stream(Flavor.values()).map(flavor -> Arguments.of(name, flavor)));
  }

  @ParameterizedTest
  @MethodSource("everyClassifierInEveryFlavor")
  void onnxRuntimeGivesTheLogitsOfTheOriginal(String name, Flavor flavor) {
    var fixture = Fixture.of(name);
    var golden = fixture.golden();
    try (var checkpoint = Checkpoint.open(Fixtures.describe(fixture.folder()));
        var run = OnnxRun.of(Families.build(checkpoint).graph(), flavor, folder)) {
      for (int pair = 0; pair < golden.path("pairs").size(); pair++) {
        if (pair == EMPTY_SECOND) {
          continue;
        }
        var ids = longs(golden.path("input_ids").path(pair));
        var types = golden.path("token_type_ids").path(pair);
        var ones = new long[ids.length];
        Arrays.fill(ones, 1);
        var given =
            Map.of(
                "input_ids", new long[][] {ids},
                "attention_mask", new long[][] {ones},
                "token_type_ids",
                    new long[][] {types.isNull() ? new long[ids.length] : longs(types)});
        var logits = run.run(given, "logits");
        var expected = golden.path("logits").path(pair);
        assertThat(logits).hasSize(expected.size());
        for (int label = 0; label < logits.length; label++) {
          double difference = Math.abs(logits[label] - expected.path(label).asDouble());
          assertThat(difference).as("pair %d label %d", pair, label).isLessThan(TOLERANCE);
        }
      }
    }
  }

  private static long[] longs(JsonNode row) {
    return row.valueStream().mapToLong(JsonNode::asLong).toArray();
  }
}
