package dev.embark.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Weights;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  private static final Weights WEIGHTS =
      Weights.of(
          "test",
          Map.of(
              "words.weight", new Weight.Repeated(1, Shape.of(5, 4)),
              "layer.0.query.weight", new Weight.Repeated(1, Shape.of(4, 4)),
              "layer.0.query.bias", new Weight.Repeated(1, Shape.of(4)),
              "norm.weight", new Weight.Repeated(1, Shape.of(4)),
              "norm.bias", new Weight.Repeated(1, Shape.of(4))));

  private final GraphBuilder builder = new GraphBuilder("small");

  private Value words() {
    return builder.embedding(builder.tokens("input_ids"), WEIGHTS.scope("words"), 5, 4);
  }

  @Test
  void valuesAreCalledAfterTheLayersThatMakeThem() {
    var words = words();
    var query = builder.linear(words, WEIGHTS.scope("layer.0.query"), 4);
    var mask = builder.tokens("attention_mask");
    var attended = builder.attention(query, query, query, mask, 2);
    var normed = builder.layerNorm(builder.add(attended, words), WEIGHTS.scope("norm"), 1e-5);
    var pooled = builder.pool(normed, mask, Pooling.MEAN);
    builder.output("sentence_embedding", builder.normalize(pooled));
    assertThat(Printer.print(builder.build()))
        .isEqualTo(
            """
            graph small
            input  %input_ids I64 [batch, sequence]
            input  %attention_mask I64 [batch, sequence]
            %words F32 [batch, sequence, 4] = Embedding(%input_ids, words.weight [5, 4])
            %layer.0.query F32 [batch, sequence, 4] = Linear(%words, layer.0.query.weight [4, 4], \
            layer.0.query.bias [4])
            %layer.0.attention F32 [batch, sequence, 4] = Attention(%layer.0.query, \
            %layer.0.query, %layer.0.query, %attention_mask, heads 2, scale 0.7071067811865475)
            %layer.0.attention.sum F32 [batch, sequence, 4] = Add(%layer.0.attention, %words)
            %norm F32 [batch, sequence, 4] = LayerNorm(%layer.0.attention.sum, norm.weight [4], \
            norm.bias [4], epsilon 1.0E-5)
            %pooling.mean F32 [batch, 4] = Pool(%norm, %attention_mask, mean)
            %sentence_embedding F32 [batch, 4] = Normalize(%pooling.mean)
            output %sentence_embedding F32 [batch, 4]
            """);
  }

  @Test
  void inputsAreDeclaredOnce() {
    assertThat(builder.tokens("input_ids")).isSameAs(builder.tokens("input_ids"));
  }

  @Test
  void secondUseOfANameGetsANumber() {
    var words = words();
    assertThat(builder.normalize(words).name()).isEqualTo("normalize");
    assertThat(builder.normalize(words).name()).isEqualTo("normalize_2");
  }

  @Test
  void valueThatLeavesTheGraphIsRenamedForItsReadersToo() {
    var words = words();
    builder.output("sentence_embedding", builder.normalize(words));
    builder.output("last_hidden_state", words);
    var graph = builder.build();
    assertThat(graph.nodes().getFirst().output().name()).isEqualTo("last_hidden_state");
    assertThat(graph.nodes().getLast().op().inputs())
        .containsExactly(graph.nodes().getFirst().output());
  }

  @Test
  void inputCannotLeaveTheGraph() {
    var ids = builder.tokens("input_ids");
    assertThatThrownBy(() -> builder.output("ids", ids))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("%input_ids is not computed by this graph");
  }

  @Test
  void onePartNeedsNoConcatenation() {
    var words = words();
    assertThat(builder.concat(List.of(words))).isSameAs(words);
    assertThat(builder.concat(List.of(words, words)).shape().size(-1)).isEqualTo(8);
  }
}
