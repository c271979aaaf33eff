package dev.embark.family;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.checkpoint.Task;
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
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The interpreter on the graphs of rerankers, sparse, multi-vector and static models against the
/// answers of the original implementation, from the token ids of the original on.
class OriginalScoresTest {
  private static final double LOGITS = 1e-4;
  private static final double VALUES = 2e-5;

  /// The original dropped the second text, which is empty, in the call that gave its ids and
  /// logits; its scores come from another call.
  private static final int PAIR_WITHOUT_SECOND = 3;

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
    try (var checkpoint = open(fixture, Instructions.NONE)) {
      var graph = Families.build(checkpoint).graph();
      assertThat(checkpoint.pipeline().score().orElseThrow().activation().key())
          .isEqualTo(fixture.golden().path("activation").asString());
      var expected = fixture.golden().path("logits");
      for (int i = 0; i < expected.size(); i++) {
        if (i != PAIR_WITHOUT_SECOND) {
          var types = fixture.golden().path("token_type_ids").path(i);
          var logits =
              run(graph, longs(fixture.golden().path("input_ids").path(i)), types, "logits");
          assertThat(logits.row(0)).hasSize(expected.path(i).size());
          assertClose(logits, expected.path(i), LOGITS, name + " pair " + i);
        }
      }
    }
  }

  @Test
  void preferenceOfALanguageModelIsTheDifferenceOfTwoLogits() {
    var fixture = Fixture.of("reranker-qwen3-yesno");
    try (var checkpoint = open(fixture, Instructions.NONE.withTask(Task.RERANK))) {
      var graph = Families.build(checkpoint).graph();
      var expected = fixture.golden().path("logit_no_yes");
      for (int i = 0; i < expected.size(); i++) {
        var ids = longs(fixture.golden().path("input_ids").path(i));
        var logits = run(graph, ids, fixture.golden().path("none"), "logits");
        double difference =
            expected.path(i).path(1).asDouble() - expected.path(i).path(0).asDouble();
        assertThat(logits.values()[0]).as("pair %d", i).isCloseTo(difference, within(LOGITS));
      }
    }
  }

  @Test
  void packagedLanguageModelScoresAlike() {
    var fixture = Fixture.of("reranker-qwen3-logitscore");
    try (var checkpoint = open(fixture, Instructions.NONE)) {
      var graph = Families.build(checkpoint).graph();
      var expected = fixture.golden().path("logits");
      for (int i = 0; i < expected.size(); i++) {
        var ids = longs(fixture.golden().path("input_ids").path(i));
        var logits = run(graph, ids, fixture.golden().path("none"), "logits");
        assertThat(logits.values()[0])
            .as("pair %d", i)
            .isCloseTo(expected.path(i).asDouble(), within(LOGITS));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"splade-bert", "splade-bert-oldstyle"})
  void sparseWeightsAreThoseOfTheOriginal(String name) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture, Instructions.NONE)) {
      var graph = Families.build(checkpoint).graph();
      for (int i = 0; i < fixture.golden().path("texts").size(); i++) {
        var ids = longs(fixture.golden().path("input_ids").path(i));
        var weights = run(graph, ids, fixture.golden().path("none"), "sparse_embedding");
        var expected = fixture.golden().path("sparse").path(i);
        for (int id = 0; id < weights.values().length; id++) {
          assertThat(weights.values()[id])
              .as("%s text %d id %d", name, i, id)
              .isCloseTo(expected.path(Integer.toString(id)).asDouble(0), within(VALUES));
        }
      }
    }
  }

  @Test
  void headsOfBgeM3AreThoseOfTheOriginal() {
    var fixture = Fixture.of("bge-m3-like");
    try (var checkpoint = open(fixture, Instructions.NONE)) {
      var lexical = checkpoint.pipeline().lexical().orElseThrow();
      assertThat(lexical.skippedIds()).containsExactly(0, 1, 2, 3);
      var graph = Families.build(checkpoint).graph();
      var answers = fixture.answers();
      for (int i = 0; i < answers.texts().size(); i++) {
        var ids = answers.ids()[i];
        var none = fixture.golden().path("none");
        var weights = run(graph, ids, none, "token_weights");
        var highest = new HashMap<String, Double>();
        for (int token = 0; token < ids.length; token++) {
          if (!lexical.skippedIds().contains((int) ids[token]) && weights.values()[token] > 0) {
            highest.merge(Long.toString(ids[token]), weights.values()[token], Math::max);
          }
        }
        var expected = fixture.golden().path("lexical_weights").path(i);
        assertThat(highest).as("text %d", i).hasSize(expected.size());
        highest.forEach((id, weight) ->
            assertThat(weight).isCloseTo(expected.path(id).asDouble(), within(VALUES)));
        var vectors = fixture.golden().path("colbert_vecs").path(Integer.toString(i));
        for (int row = 0; row < vectors.size(); row++) {
          var actual = run(graph, ids, none, "token_embeddings").row(row + 1);
          for (int k = 0; k < actual.length; k++) {
            assertThat((double) actual[k])
                .isCloseTo(vectors.path(row).path(k).asDouble(), within(VALUES));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"colbert-bert", "colbert-bert-pylate", "colbert-bert-stanford"})
  void vectorsOfTokensAreThoseOfTheOriginal(String name) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture, Instructions.NONE)) {
      var graph = Families.build(checkpoint).graph();
      var output = checkpoint.pipeline().multiVector().orElseThrow();
      assertThat(output.query().maxTokens()).isEqualTo(24);
      assertThat(output.query().expansionId()).isEqualTo(9);
      assertThat(output.document().maxTokens()).isEqualTo(48);
      var document = fixture.golden().path("document");
      for (var text : document.path("vectors").propertyNames()) {
        var ids = longs(document.path("input_ids").path(Integer.parseInt(text)));
        var vectors = run(graph, ids, document.path("none"), "token_embeddings");
        int row = 0;
        for (int token = 0; token < ids.length; token++) {
          if (!output.document().skippedIds().contains((int) ids[token])) {
            var expected = document.path("vectors").path(text).path(row++);
            for (int k = 0; k < output.dimension(); k++) {
              assertThat((double) vectors.row(token)[k])
                  .isCloseTo(expected.path(k).asDouble(), within(VALUES));
            }
          }
        }
        assertThat(row).isEqualTo(document.path("rows").path(Integer.parseInt(text)).asInt());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"static-embedding-model2vec", "static-embedding-st"})
  void staticVectorsAreThoseOfTheOriginal(String name) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture, Instructions.NONE)) {
      var graph = Families.build(checkpoint).graph();
      var answers = fixture.answers();
      for (int i = 0; i < answers.texts().size(); i++) {
        var ids = answers.ids()[i];
        // A text without a token is one position that does not count.
        var padded = ids.length == 0 ? new long[1] : ids;
        var feeds = feeds(graph, padded, fixture.golden().path("none"));
        var mask = new long[padded.length];
        Arrays.fill(mask, 0, ids.length, 1);
        feeds.put("attention_mask", Grid.ofIntegers(new long[][] {mask}));
        var vector = new Interpreter(graph).run(feeds, "sentence_embedding").row(0);
        for (int k = 0; k < vector.length; k++) {
          assertThat(vector[k]).isCloseTo(answers.embeddings()[i][k], offset(2e-5f));
        }
      }
    }
  }

  private static Offset<Double> within(double limit) {
    return offset(limit);
  }

  private static void assertClose(Grid actual, JsonNode expected, double limit, String about) {
    for (int label = 0; label < expected.size(); label++) {
      assertThat(actual.values()[label])
          .as(about)
          .isCloseTo(expected.path(label).asDouble(), within(limit));
    }
  }

  private static Grid run(Graph graph, long[] ids, JsonNode types, String port) {
    return new Interpreter(graph).run(feeds(graph, ids, types), port);
  }

  private static Map<String, Grid> feeds(Graph graph, long[] ids, JsonNode types) {
    var ones = new long[ids.length];
    Arrays.fill(ones, 1);
    var typeIds = types.isArray() ? longs(types) : new long[ids.length];
    var rows = Map.of("input_ids", ids, "attention_mask", ones, "token_type_ids", typeIds);
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

  private static Checkpoint open(Fixture fixture, Instructions instructions) {
    var fetched =
        new Sources(new SourceSettings(Map.of(), fixture.folder()), Progress.SILENT)
            .fetch(new ModelReference.Folder(fixture.folder()), Wanted.EVERYTHING);
    return Checkpoint.open(Description.read(fetched, instructions));
  }
}
