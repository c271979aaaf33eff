package dev.embark.family;

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
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The interpreter on the graph of each embedding model under `testdata` against the answers of the
/// original implementation, from the token ids of the original on.
class OriginalAnswersTest {
  /// Largest difference to the original: absolute for vectors of length 1, a share of the largest
  /// value for others.
  private static final float TOLERANCE = 2e-5f;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert-mean",
        "deberta-v2-mean",
        "distilbert-mean",
        "electra-mean",
        "gemma3-bidir-mean-dense2-bf16",
        "gte-cls-fp16",
        "llama3-mean-bf16",
        "llama3-mean-oldstyle",
        "mistral-lasttoken",
        "modernbert-cls",
        "mpnet-mean",
        "nomicbert-hublayout",
        "nomicbert-mean",
        "qwen2-lasttoken-bf16",
        "qwen3-lasttoken-bf16-sharded",
        "qwen3-lasttoken-oldstyle",
        "roberta-mean",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16",
      })
  void vectorsAreThoseOfTheOriginal(String name) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture)) {
      var graph = Families.build(checkpoint).graph();
      var answers = fixture.answers();
      for (int i = 0; i < answers.texts().size(); i++) {
        assertAnswer(graph, answers.ids()[i], answers.embeddings()[i], name + " text " + i);
      }
      for (var prompted : fixture.prompted()) {
        for (int i = 0; i < prompted.texts().size(); i++) {
          var about = name + " " + prompted.prompt() + " text " + i;
          assertAnswer(graph, prompted.ids()[i], prompted.embeddings()[i], about);
        }
      }
      assertHiddenStates(graph, fixture, 0);
      assertHiddenStates(graph, fixture, 4);
    }
  }

  private static void assertAnswer(Graph graph, long[] ids, float[] expected, String about) {
    var interpreter = new Interpreter(graph);
    var actual = interpreter.run(feeds(graph, ids, 0), "sentence_embedding").row(0);
    assertThat(difference(actual, expected)).as(about).isLessThan(TOLERANCE);
  }

  private static void assertHiddenStates(Graph graph, Fixture fixture, int text) {
    var ids = fixture.answers().ids()[text];
    var hidden = new Interpreter(graph).run(feeds(graph, ids, 0), "last_hidden_state");
    var expected = fixture.hiddenFirst4(text);
    for (int token = 0; token < ids.length; token++) {
      assertThat(difference(Arrays.copyOf(hidden.row(token), 4), expected[token]))
          .as("%s text %d token %d", fixture, text, token)
          .isLessThan(TOLERANCE);
    }
  }

  /// Where positions are relative, or counted from the tokens themselves, it does not matter on
  /// which side a batch is padded.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "deberta-v2-mean",
        "gemma3-bidir-mean-dense2-bf16",
        "gte-cls-fp16",
        "modernbert-cls",
        "nomicbert-mean",
        "qwen3-lasttoken-bf16-sharded",
        "roberta-mean",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16",
      })
  void paddingOnTheLeftChangesNothing(String name) {
    var fixture = Fixture.of(name);
    try (var checkpoint = open(fixture)) {
      var graph = Families.build(checkpoint).graph();
      long pad = checkpoint.config().json().path("pad_token_id").asLong();
      var ids = fixture.answers().ids()[0];
      var padded = new long[ids.length + 5];
      Arrays.fill(padded, 0, 5, pad);
      System.arraycopy(ids, 0, padded, 5, ids.length);
      var actual = new Interpreter(graph).run(feeds(graph, padded, 5), "sentence_embedding").row(0);
      var expected = fixture.answers().embeddings()[0];
      assertThat(difference(actual, expected)).as(name).isLessThan(TOLERANCE);
    }
  }

  private static Checkpoint open(Fixture fixture) {
    var fetched =
        new Sources(new SourceSettings(Map.of(), fixture.folder()), Progress.SILENT)
            .fetch(new ModelReference.Folder(fixture.folder()), Wanted.EVERYTHING);
    return Checkpoint.open(Description.read(fetched, Instructions.NONE));
  }

  /// Returns what a graph is given for one text, the first `padding` positions left out.
  private static Map<String, Grid> feeds(Graph graph, long[] ids, int padding) {
    var mask = new long[ids.length];
    Arrays.fill(mask, padding, ids.length, 1);
    var rows =
        Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", new long[ids.length]);
    var feeds = new HashMap<String, Grid>();
    Set<String> names = new TreeSet<>();
    graph.inputs().forEach(input -> names.add(input.name()));
    rows.forEach((input, row) -> {
      if (names.contains(input)) {
        feeds.put(input, Grid.ofIntegers(new long[][] {row}));
      }
    });
    return feeds;
  }

  private static float difference(float[] actual, float[] expected) {
    float max = 0;
    float scale = 1;
    for (int i = 0; i < expected.length; i++) {
      max = Math.max(max, Math.abs(actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return max / scale;
  }
}
