package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import java.util.List;

/// DistilBERT: BERT with fewer layers, no segments, and names of its own.
///
/// - Paper: <https://arxiv.org/abs/1910.01108>
/// - Reference: transformers `models/distilbert/modeling_distilbert.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class DistilBert implements Family {
  /// Fixed in the reference implementation.
  private static final double EPSILON = 1e-12;

  private static final int LAYERS_MAX = 1000;

  private record Shape(int hidden, int layers, int heads, int intermediate, Activation activation) {
    static Shape of(Config config) {
      config.disregard(
          "sinusoidal_pos_embds",
          "dropout",
          "qa_dropout",
          "seq_classif_dropout",
          "n_ctx",
          "tie_weights_");
      return new Shape(
          config.size("dim"),
          config.count("n_layers", LAYERS_MAX),
          config.divisor("n_heads", "dim"),
          config.size("hidden_dim"),
          Activations.named(config.text("activation", "gelu"), config.origin()));
    }
  }

  @Override
  public String modelType() {
    return "distilbert";
  }

  @Override
  public List<String> architectures() {
    return List.of(
        "DistilBertModel", "DistilBertForMaskedLM", "DistilBertForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "sentence-transformers/distiluse-base-multilingual-cased-v2",
        "sentence-transformers/msmarco-distilbert-base-v4",
        "sentence-transformers/multi-qa-distilbert-cos-v1",
        "naver/splade-v3-distilbert");
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("distilbert.")
        .renamed(Bert::withoutGreek)
        .unused(name -> name.startsWith("vocab_"))
        .unused("embeddings.position_ids"::equals);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    var shape = Shape.of(config);
    var x = embed(graph, config, weights.scope("embeddings"), shape);
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = block(graph, x, weights.scope("transformer.layer." + layer), shape);
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value embed(GraphBuilder graph, Config config, Weights weights, Shape shape) {
    var ids = graph.tokens("input_ids"); // [batch, sequence]
    var words =
        graph.embedding(
            ids, weights.scope("word_embeddings"), config.size("vocab_size"), shape.hidden());
    var positions =
        graph.embedding(
            graph.positions(ids, 0), // [1, sequence]
            weights.scope("position_embeddings"),
            config.size("max_position_embeddings"),
            shape.hidden());
    return graph.layerNorm(graph.add(words, positions), weights.scope("LayerNorm"), EPSILON);
  }

  private static Value block(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    int hidden = shape.hidden();
    var self = weights.scope("attention");
    var attended =
        graph.attention(
            graph.linear(x, self.scope("q_lin"), hidden), // [batch, sequence, hidden]
            graph.linear(x, self.scope("k_lin"), hidden),
            graph.linear(x, self.scope("v_lin"), hidden),
            graph.tokens("attention_mask"),
            shape.heads());
    var projected = graph.linear(attended, self.scope("out_lin"), hidden);
    x = graph.layerNorm(graph.add(projected, x), weights.scope("sa_layer_norm"), EPSILON);
    var inner = graph.linear(x, weights.scope("ffn.lin1"), shape.intermediate());
    inner = graph.activate(inner, shape.activation()); // [batch, sequence, intermediate]
    var outer = graph.linear(inner, weights.scope("ffn.lin2"), hidden);
    return graph.layerNorm(graph.add(outer, x), weights.scope("output_layer_norm"), EPSILON);
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var first = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.CLS); // [batch, hidden]
    var x = graph.linear(first, weights.scope("pre_classifier"), config.size("dim"));
    x = graph.activate(x, Activation.RELU);
    return graph.linear(x, weights.scope("classifier"), config.labels().size());
  }

  @Override
  public Value predict(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var shape = Shape.of(config);
    var x = graph.linear(tokens, weights.scope("vocab_transform"), shape.hidden());
    x = graph.activate(x, shape.activation());
    x = graph.layerNorm(x, weights.scope("vocab_layer_norm"), EPSILON);
    var words = weights.scope("embeddings.word_embeddings");
    return Bert.decode(graph, x, weights.scope("vocab_projector"), words);
  }
}
