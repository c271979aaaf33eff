package dev.embark.family;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.testing.Fixture;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The interpreter on each classifier under `testdata` against the logits of the original
/// implementation, from the token ids of the original on.
class OriginalLogitsTest {
  private static final double TOLERANCE = 1e-4;

  /// The pair whose second text is empty: its golden ids are those of the first text alone, and its
  /// logits belong to neither.
  private static final int EMPTY_SECOND = 3;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nli-bert-3labels",
        "reranker-bert",
        "reranker-bert-identity",
        "reranker-deberta-v2",
        "reranker-distilbert",
        "reranker-electra",
        "reranker-gte-fp16",
        "reranker-modernbert",
        "reranker-modernbert-cls",
        "reranker-qwen3-seqcls",
        "reranker-roberta",
        "reranker-xlmroberta",
      })
  void logitsAreThoseOfTheOriginal(String name) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture)) {
      var graph = Families.build(checkpoint).graph();
      var interpreter = new Interpreter(graph);
      var golden = fixture.golden();
      for (int pair = 0; pair < golden.path("pairs").size(); pair++) {
        if (pair == EMPTY_SECOND) {
          continue;
        }
        var ids = longs(golden.path("input_ids").path(pair));
        var types = golden.path("token_type_ids").path(pair);
        var given = types.isNull() ? new long[ids.length] : longs(types);
        var logits = interpreter.run(feeds(graph, ids, given), "logits").row(0);
        var expected = golden.path("logits").path(pair);
        assertThat(logits).hasSize(expected.size());
        for (int label = 0; label < logits.length; label++) {
          double difference = Math.abs(logits[label] - expected.path(label).asDouble());
          assertThat(difference).as("%s pair %d", name, pair).isLessThan(TOLERANCE);
        }
      }
    }
  }

  private static Checkpoint open(Fixture fixture) {
    var fetched =
        new Sources(new SourceSettings(Map.of(), fixture.folder()), Progress.SILENT)
            .fetch(new ModelReference.Folder(fixture.folder()), Wanted.EVERYTHING);
    return Checkpoint.open(Description.read(fetched, Instructions.NONE));
  }

  private static Map<String, Grid> feeds(Graph graph, long[] ids, long[] types) {
    var ones = new long[ids.length];
    Arrays.fill(ones, 1);
    var rows = Map.of("input_ids", ids, "attention_mask", ones, "token_type_ids", types);
    var feeds = new HashMap<String, Grid>();
    for (var input : graph.inputs()) {
      feeds.put(
          input.name(), Grid.ofIntegers(new long[][] {requireNonNull(rows.get(input.name()))}));
    }
    return feeds;
  }

  private static long[] longs(JsonNode row) {
    return row.valueStream().mapToLong(JsonNode::asLong).toArray();
  }
}
