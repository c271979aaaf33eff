package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import java.util.List;

/// ALBERT: narrow embeddings, and one layer that is applied again and again.
///
/// - Paper: <https://arxiv.org/abs/1909.11942>
/// - Reference: transformers `models/albert/modeling_albert.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Albert implements Family {
  @Override
  public String modelType() {
    return "albert";
  }

  @Override
  public List<String> architectures() {
    return List.of("AlbertModel", "AlbertForMaskedLM", "AlbertForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of("sentence-transformers/paraphrase-albert-small-v2");
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("albert.")
        .renamed(Bert::withoutGreek)
        .unused(name -> name.startsWith("pooler.") || name.startsWith("predictions."))
        .unused("embeddings.position_ids"::equals);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.requireUnlessAbsent("num_hidden_groups", 1);
    config.requireUnlessAbsent("inner_group_num", 1);
    config.disregard(
        "classifier_dropout_prob", "down_scale_factor", "gap_size", "net_structure_type");
    config.disregard("num_memory_blocks");
    var shape = Bert.Shape.of(config, Bert.EPSILON);
    var width = shape.withHidden(config.size("embedding_size"));
    var x = Bert.embed(graph, config, weights.scope("embeddings"), width);
    x = graph.linear(x, weights.scope("encoder.embedding_hidden_mapping_in"), shape.hidden());
    var layer = weights.scope("encoder.albert_layer_groups.0.albert_layers.0");
    for (int turn = 0; turn < shape.layers(); turn++) {
      x = block(graph, x, layer, shape);
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value block(GraphBuilder graph, Value x, Weights weights, Bert.Shape shape) {
    int hidden = shape.hidden();
    var self = weights.scope("attention");
    var attended =
        graph.attention(
            graph.linear(x, self.scope("query"), hidden), // [batch, sequence, hidden]
            graph.linear(x, self.scope("key"), hidden),
            graph.linear(x, self.scope("value"), hidden),
            graph.tokens("attention_mask"),
            shape.heads());
    var projected = graph.linear(attended, self.scope("dense"), hidden);
    x = graph.layerNorm(graph.add(projected, x), self.scope("LayerNorm"), shape.epsilon());
    var inner = graph.linear(x, weights.scope("ffn"), shape.intermediate());
    inner = graph.activate(inner, shape.activation()); // [batch, sequence, intermediate]
    var outer = graph.linear(inner, weights.scope("ffn_output"), hidden);
    return graph.layerNorm(
        graph.add(outer, x), weights.scope("full_layer_layer_norm"), shape.epsilon());
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var first = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.CLS); // [batch, hidden]
    var pooled = graph.linear(first, weights.scope("pooler"), config.size("hidden_size"));
    pooled = graph.activate(pooled, Activation.TANH);
    return graph.linear(pooled, weights.scope("classifier"), config.labels().size());
  }
}
