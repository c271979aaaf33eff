package dev.embark.graph;

import static dev.embark.graph.Ops.matrix;
import static dev.embark.graph.Ops.node;
import static dev.embark.graph.Ops.row;
import static dev.embark.graph.Ops.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.bundle.Pooling;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GraphTest {
  private static final Value X = Ops.hidden("x", 2);
  private static final Value MASK = Ops.tokens("mask");
  private static final Bias NO_BIAS = new Bias.None();

  private static void assertIllegal(
      List<Value> inputs, List<Node> nodes, List<Value> outputs, String message) {
    assertThatThrownBy(() -> new Graph("g", inputs, nodes, outputs))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("illegal graph: " + message);
  }

  @Test
  void inputsAreDefinedOnce() {
    assertIllegal(List.of(X, X), List.of(), List.of(X), "%x is defined twice");
  }

  @Test
  void resultsAreDefinedOnce() {
    var first = node("y", new Op.Normalize(X));
    var second = node("y", new Op.Activate(X, Activation.RELU));
    assertIllegal(
        List.of(X), List.of(first, second), List.of(first.output()), "%y is defined twice");
  }

  @Test
  void resultsDoNotTakeTheNameOfAnInput() {
    var result = node("x", new Op.Normalize(X));
    assertIllegal(List.of(X), List.of(result), List.of(X), "%x is defined twice");
  }

  @Test
  void valuesAreReadAfterTheyAreComputed() {
    var first = node("a", new Op.Normalize(X));
    var second = node("b", new Op.Normalize(first.output()));
    assertIllegal(
        List.of(X),
        List.of(second, first),
        List.of(first.output()),
        "%b reads %a before it exists");
  }

  @Test
  void valuesOfAnotherGraphAreNotRead() {
    var foreign = node("y", new Op.Normalize(Ops.hidden("other", 2)));
    assertIllegal(
        List.of(X),
        List.of(foreign),
        List.of(foreign.output()),
        "%y reads %other before it exists");
  }

  @Test
  void shapesAreThoseTheOperationYields() {
    var wrong = new Node(new Op.Normalize(X), Ops.hidden("y", 3));
    assertIllegal(
        List.of(X),
        List.of(wrong),
        List.of(wrong.output()),
        "%y is declared [batch, sequence, 3], its operation yields [batch, sequence, 2]");
  }

  @Test
  void outputsAreComputed() {
    assertIllegal(List.of(X), List.of(), List.of(MASK), "output %mask is never computed");
  }

  @Test
  void sharedParametersCountOnce() {
    var weight = matrix("tied", row(1, 2), row(3, 4));
    var first = node("a", new Op.Linear(X, weight, new Bias.Of(vector("bias", 0, 0))));
    var second = node("b", new Op.Linear(first.output(), weight, NO_BIAS));
    var graph = new Graph("g", List.of(X), List.of(first, second), List.of(second.output()));
    assertThat(graph.parameterCount()).isEqualTo(4 + 2);
  }

  static Stream<Arguments> misfits() {
    var square = matrix("w", row(1, 2), row(3, 4));
    var wide = matrix("w", row(1, 2, 3));
    var vectors = Ops.vectors("v", 2);
    var three = Ops.hidden("three", 3);
    return Stream.of(
        Arguments.of(new Op.Positions(X, 0), "Positions: %x [batch, sequence, 2] is not of rank 2"),
        Arguments.of(new Op.Linear(X, wide, NO_BIAS), "Linear: dimension 2 meets 3"),
        Arguments.of(new Op.Linear(X, vector("w", 1, 2), NO_BIAS), "Linear: w [2] is not a matrix"),
        Arguments.of(
            new Op.Linear(X, square, new Bias.Of(vector("b", 1, 2, 3))), "Linear: b [3] is not 2"),
        Arguments.of(
            new Op.LayerNorm(X, vector("w", 1, 2, 3), NO_BIAS, 1e-5),
            "LayerNorm: dimension 2 meets 3"),
        Arguments.of(
            new Op.LayerNorm(X, vector("w", 1, 2), new Bias.Of(vector("b", 1)), 1e-5),
            "LayerNorm: b [1] is not 2"),
        Arguments.of(
            new Op.Attention(X, three, X, MASK, Ops.heads(1, 1), Ops.NO_BIAS),
            "Attention: %three is not [batch, sequence, 2]"),
        Arguments.of(
            new Op.Attention(X, X, three, MASK, Ops.heads(1, 1), Ops.NO_BIAS),
            "Attention: %three is not [batch, sequence, 2]"),
        Arguments.of(
            new Op.Attention(X, X, X, MASK, Ops.heads(3, 1), Ops.NO_BIAS),
            "Attention: %x does not split into 3 heads"),
        Arguments.of(
            new Op.Attention(X, X, X, X, Ops.heads(1, 1), Ops.NO_BIAS),
            "Attention: %x [batch, sequence, 2] is not of rank 2"),
        Arguments.of(
            new Op.PackedAttention(X, square, vector("b", 1, 2), MASK, 1, 1),
            "PackedAttention: w [2, 2] is not [6, 2]"),
        Arguments.of(
            new Op.Add(X, vectors), "Add: [batch, sequence, 2] and [batch, 2] do not broadcast"),
        Arguments.of(
            new Op.Add(X, three),
            "Add: [batch, sequence, 2] and [batch, sequence, 3] do not broadcast"),
        Arguments.of(
            new Op.Pool(vectors, MASK, Pooling.MEAN), "Pool: %v [batch, 2] is not of rank 3"));
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void operationsThatDoNotFitAreRefused(Op op, String message) {
    assertThatThrownBy(() -> ShapeInference.infer(op))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
