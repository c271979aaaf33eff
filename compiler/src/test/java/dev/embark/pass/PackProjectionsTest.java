package dev.embark.pass;

import static dev.embark.graph.Ops.matrix;
import static dev.embark.graph.Ops.node;
import static dev.embark.graph.Ops.row;
import static dev.embark.graph.Ops.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.checkpoint.AlteredCheckpoint;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.family.Families;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Heads;
import dev.embark.graph.Interpreter;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Ops;
import dev.embark.graph.Printer;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackProjectionsTest {
  private static final Value X = Ops.hidden("x", 2);
  private static final Value MASK = Ops.tokens("mask");
  private static final Constant WQ = matrix("wq", row(1, 2), row(3, 4));
  private static final Constant WK = matrix("wk", row(-1, 0.5), row(0, 1));
  private static final Constant WV = matrix("wv", row(2, 0), row(0.25, -3));
  private static final Node QUERY =
      node("q", new Op.Linear(X, WQ, new Bias.Of(vector("bq", 1, 2))));
  private static final Node KEY = node("k", new Op.Linear(X, WK, new Bias.Of(vector("bk", 3, 4))));
  private static final Node VALUE =
      node("v", new Op.Linear(X, WV, new Bias.Of(vector("bv", 5, 6))));

  private final PackProjections pass = new PackProjections();

  private static Node attention(Node query, Node key, Node value) {
    return node(
        "a",
        new Op.Attention(
            query.output(),
            key.output(),
            value.output(),
            MASK,
            heads(2, 0.5),
            new ScoreBias.None()));
  }

  private static Heads heads(int count, double scale) {
    return new Heads(count, count, scale, new Sight.All());
  }

  private static Graph graph(List<Node> nodes) {
    return new Graph("g", List.of(X, MASK), nodes, List.of(nodes.getLast().output()));
  }

  private static Graph given() {
    return graph(List.of(QUERY, KEY, VALUE, attention(QUERY, KEY, VALUE)));
  }

  @Test
  void threeLayersAndTheirAttentionBecomeOne() {
    assertThat(Printer.print(given()))
        .isEqualTo(
            """
            graph g
            input  %x F32 [batch, sequence, 2]
            input  %mask I64 [batch, sequence]
            %q F32 [batch, sequence, 2] = Linear(%x, wq [2, 2], bq [2])
            %k F32 [batch, sequence, 2] = Linear(%x, wk [2, 2], bk [2])
            %v F32 [batch, sequence, 2] = Linear(%x, wv [2, 2], bv [2])
            %a F32 [batch, sequence, 2] = Attention(%q, %k, %v, %mask, heads 2, scale 0.5)
            output %a F32 [batch, sequence, 2]
            """);
    var result = pass.apply(given());
    assertThat(Printer.print(result))
        .isEqualTo(
            """
            graph g
            input  %x F32 [batch, sequence, 2]
            input  %mask I64 [batch, sequence]
            %a F32 [batch, sequence, 2] = PackedAttention(%x, %mask, wq.packed [6, 2], \
            bq.packed [6], heads 2, scale 0.5)
            output %a F32 [batch, sequence, 2]
            """);
    pass.ensures(result);
    var packed = (Op.PackedAttention) result.nodes().getFirst().op();
    assertThat(packed.weight().weight().toArray())
        .containsExactly(row(1, 2, 3, 4, -1, 0.5, 0, 1, 2, 0, 0.25, -3));
    assertThat(packed.bias().weight().toArray()).containsExactly(row(1, 2, 3, 4, 5, 6));
  }

  @Test
  void numbersStayTheSame() {
    var x = new Grid(new long[] {1, 3, 2}, new double[] {0.5, -1, 2, 0.25, -3, 1});
    var feeds = Map.of("x", x, "mask", Grid.ofIntegers(new long[][] {{1, 0, 1}}));
    var before = new Interpreter(given()).run(feeds, "a");
    var after = new Interpreter(pass.apply(given())).run(feeds, "a");
    assertThat(after.values()).containsExactly(before.values());
  }

  @Test
  void numbersOfAWholeCheckpointStayTheSame(@TempDir Path temporary) {
    try (var checkpoint =
        Checkpoint.open(AlteredCheckpoint.of("bert-cls-dense", temporary).describe())) {
      var graph = Families.build(checkpoint).graph();
      var packed = Pass.applyAll(graph, List.of(pass));
      var outputs = Set.of("last_hidden_state", "sentence_embedding");
      Map<String, Grid> feeds =
          Map.of(
              "input_ids", Grid.ofIntegers(new long[][] {{2, 17, 500, 99, 3}, {2, 44, 3, 0, 0}}),
              "attention_mask", Grid.ofIntegers(new long[][] {{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}}),
              "token_type_ids", Grid.ofIntegers(new long[2][5]));
      var before = new Interpreter(graph).run(feeds, outputs);
      var after = new Interpreter(packed).run(feeds, outputs);
      assertThat(packed.nodes()).noneMatch(node -> node.op() instanceof Op.Attention);
      assertThat(packed.parameterCount()).isEqualTo(graph.parameterCount());
      assertThat(after).containsOnlyKeys(outputs);
      after.forEach((name, grid) ->
          assertThat(before.get(name)).extracting(Grid::values).isEqualTo(grid.values()));
    }
  }

  private void assertUntouched(Graph graph) {
    var result = pass.apply(graph);
    assertThat(result).isEqualTo(graph);
    pass.ensures(result);
  }

  @Test
  void layersOfDifferentInputsStay() {
    var other = node("other", new Op.Normalize(X));
    var key = node("k", new Op.Linear(other.output(), WK, new Bias.Of(vector("bk", 3, 4))));
    assertUntouched(graph(List.of(other, QUERY, key, VALUE, attention(QUERY, key, VALUE))));
  }

  @Test
  void layersWithoutBiasStay() {
    var value = node("v", new Op.Linear(X, WV, new Bias.None()));
    assertUntouched(graph(List.of(QUERY, KEY, value, attention(QUERY, KEY, value))));
  }

  @Test
  void layersThatAreNotSquareStay() {
    var wide = matrix("w", row(1, 0), row(0, 1), row(1, 1), row(1, -1));
    var bias = new Bias.Of(vector("b", 0, 0, 0, 0));
    var query = node("q", new Op.Linear(X, wide, bias));
    var key = node("k", new Op.Linear(X, wide, bias));
    var value = node("v", new Op.Linear(X, wide, bias));
    assertUntouched(graph(List.of(query, key, value, attention(query, key, value))));
  }

  @Test
  void attentionOverSomethingElseThanLayersStays() {
    var attention = node("a", new Op.Attention(X, X, X, MASK, heads(2, 0.5), new ScoreBias.None()));
    assertUntouched(graph(List.of(attention)));
  }

  @Test
  void layerThatSomethingElseReadsIsKept() {
    var attention = attention(QUERY, KEY, VALUE);
    var sum = node("sum", new Op.Add(attention.output(), KEY.output()));
    var result = pass.apply(graph(List.of(QUERY, KEY, VALUE, attention, sum)));
    assertThat(result.nodes())
        .extracting(node -> node.output().name())
        .containsExactly("k", "a", "sum");
    pass.ensures(result);
  }

  @Test
  void layerThatLeavesTheGraphIsKept() {
    var attention = attention(QUERY, KEY, VALUE);
    var given =
        new Graph(
            "g",
            List.of(X, MASK),
            List.of(QUERY, KEY, VALUE, attention),
            List.of(attention.output(), VALUE.output()));
    assertThat(pass.apply(given).nodes())
        .extracting(node -> node.output().name())
        .containsExactly("v", "a");
  }

  @Test
  void oneLayerForAllThreeIsPackedToo() {
    var result = pass.apply(graph(List.of(QUERY, attention(QUERY, QUERY, QUERY))));
    assertThat(result.nodes()).hasSize(1);
    pass.ensures(result);
  }

  @Test
  void graphThatCouldStillBePackedIsNotWhatThePassEnsures() {
    assertThatThrownBy(() -> pass.ensures(given()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("%a could still be packed");
  }

  @Test
  void nameIsThatOfTheClass() {
    assertThat(pass.name()).isEqualTo("PackProjections");
  }
}
