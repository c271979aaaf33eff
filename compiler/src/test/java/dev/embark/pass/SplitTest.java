package dev.embark.pass;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.bundle.TrunkPorts;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.Instructions;
import dev.embark.family.Families;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Three graphs in a row compute what the whole does, bit for bit.
final class SplitTest {
  private static final long[][] IDS = {{3, 17, 9, 40, 8, 0}, {5, 6, 7, 21, 33, 12}};
  private static final long[][] MASK = {{1, 1, 1, 1, 1, 0}, {1, 1, 1, 1, 1, 1}};

  private static Checkpoint open(String name) {
    var folder = Fixture.of(name).folder();
    var fetched =
        new Sources(new SourceSettings(Map.of(), folder), Progress.SILENT)
            .fetch(new ModelReference.Folder(folder), Wanted.EVERYTHING);
    return Checkpoint.open(Description.read(fetched, Instructions.NONE));
  }

  private static Map<String, Grid> run(Graph graph, Map<String, Grid> feeds) {
    var outputs = graph.outputs().stream().map(Value::name).collect(Collectors.toSet());
    var given = new HashMap<String, Grid>();
    graph
        .inputs()
        .forEach(input ->
            given.put(input.name(), requireNonNull(feeds.get(input.name()), input.name())));
    return new Interpreter(graph).run(given, outputs);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert-mean",
        "bert-mean",
        "bert-cls-dense",
        "bert-weightedmean-noprompt",
        "bge-m3-like",
        "distilbert-mean",
        "electra-mean",
        "gemma3-bidir-mean-dense2-bf16",
        "gte-cls-fp16",
        "llama3-mean-bf16",
        "mistral-lasttoken",
        "modernbert-cls",
        "mpnet-mean",
        "qwen3-lasttoken-bf16-sharded",
        "reranker-bert",
        "reranker-roberta",
        "roberta-mean",
        "t5-encoder-mean-dense",
        "xlmroberta-mean-fp16"
      })
  void partsComeToWhatTheWholeDoes(String name) {
    try (var checkpoint = open(name)) {
      var whole = Families.build(checkpoint).graph();
      var split = Split.of(whole);

      var feeds = new HashMap<String, Grid>();
      feeds.put("input_ids", Grid.ofIntegers(IDS));
      feeds.put("attention_mask", Grid.ofIntegers(MASK));
      feeds.put("token_type_ids", Grid.ofIntegers(new long[2][6]));
      var expected = run(whole, feeds);
      feeds.putAll(run(split.prologue(), feeds));
      feeds.putAll(run(split.trunk(), feeds));
      var actual = run(split.epilogue(), feeds);

      assertThat(actual).isNotEmpty();
      actual.forEach((output, grid) ->
          assertThat(grid.values())
              .as(output)
              .isEqualTo(requireNonNull(expected.get(output)).values()));
      assertThat(split.trunk().inputs())
          .extracting(Value::name)
          .startsWith(TrunkPorts.EMBEDS)
          .isSubsetOf(Set.of(TrunkPorts.EMBEDS, "attention_mask"));
      assertThat(split.trunk().nodes()).noneMatch(node -> node.op() instanceof Op.Embedding);
      assertThat(Arrays.asList(split.prologue(), split.epilogue()))
          .allSatisfy(part ->
              assertThat(part.nodes()).noneMatch(node -> node.op() instanceof Op.Attention));
    }
  }

  @Test
  void whatHasNoLayersIsRefused() {
    try (var checkpoint = open("static-embedding-model2vec")) {
      var whole = Families.build(checkpoint).graph();
      assertThatThrownBy(() -> Split.of(whole))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("cannot be cut");
    }
  }
}
