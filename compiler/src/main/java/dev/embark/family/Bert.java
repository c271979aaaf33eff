package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import java.util.List;

/// BERT: bidirectional encoder, learned absolute positions, layer norm after each residual.
///
/// - Paper: <https://arxiv.org/abs/1810.04805>
/// - Reference: transformers `models/bert/modeling_bert.py`
/// - Verified with: `all-MiniLM-L6-v2`, `bge-small-en-v1.5`
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Bert implements Family {
  static final double EPSILON = 1e-12;

  private static final int LAYERS_MAX = 1000;

  /// Sizes of an encoder of this kind.
  record Shape(
      int hidden, int layers, int heads, int intermediate, Activation activation, double epsilon) {
    /// @param epsilon of the layer norms where nothing is said
    static Shape of(Config config, double epsilon) {
      config.requireUnlessAbsent("position_embedding_type", "absolute");
      return new Shape(
          config.size("hidden_size"),
          config.count("num_hidden_layers", LAYERS_MAX),
          config.divisor("num_attention_heads", "hidden_size"),
          config.size("intermediate_size"),
          Activations.named(config.text("hidden_act", "gelu"), config.origin()),
          config.real("layer_norm_eps", epsilon));
    }

    /// Returns the same sizes with vectors of another width.
    Shape withHidden(int width) {
      return new Shape(width, layers, heads, intermediate, activation, epsilon);
    }
  }

  @Override
  public String modelType() {
    return "bert";
  }

  @Override
  public List<String> architectures() {
    return List.of(
        "BertModel",
        "BertForMaskedLM",
        "BertForPreTraining",
        "BertForSequenceClassification",
        "HF_ColBERT");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "sentence-transformers/all-MiniLM-L6-v2",
        "sentence-transformers/all-MiniLM-L12-v2",
        "BAAI/bge-small-en-v1.5",
        "BAAI/bge-base-en-v1.5",
        "BAAI/bge-large-en-v1.5",
        "intfloat/e5-small-v2",
        "intfloat/e5-base-v2",
        "thenlper/gte-small",
        "thenlper/gte-base",
        "mixedbread-ai/mxbai-embed-large-v1",
        "Snowflake/snowflake-arctic-embed-m",
        "intfloat/multilingual-e5-small",
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        "sentence-transformers/LaBSE",
        "cross-encoder/ms-marco-MiniLM-L6-v2",
        "cross-encoder/ms-marco-MiniLM-L12-v2",
        "naver/splade-cocondenser-ensembledistil",
        "naver/splade-v3",
        "colbert-ir/colbertv2.0",
        "answerdotai/answerai-colbert-small-v1");
  }

  @Override
  public String comparedWith() {
    return "real weights, and tiny checkpoints with the original's answers";
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("bert.")
        .renamed(Bert::withoutGreek)
        .unused(name -> name.startsWith("pooler.") || name.startsWith("cls."))
        .unused("embeddings.position_ids"::equals);
  }

  /// Returns the name of a layer norm's parameter as newer checkpoints spell it.
  static String withoutGreek(String name) {
    return name.replace("LayerNorm.gamma", "LayerNorm.weight")
        .replace("LayerNorm.beta", "LayerNorm.bias");
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    var shape = Shape.of(config, EPSILON);
    var mask = graph.tokens("attention_mask"); // [batch, sequence]
    var x = embed(graph, config, weights.scope("embeddings"), shape);
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = block(graph, x, mask, weights.scope("encoder.layer." + layer), shape);
    }
    return x; // [batch, sequence, hidden]
  }

  static Value embed(GraphBuilder graph, Config config, Weights weights, Shape shape) {
    var ids = graph.tokens("input_ids"); // [batch, sequence]
    var types = graph.tokens("token_type_ids"); // [batch, sequence]
    int hidden = shape.hidden();
    var words =
        graph.embedding(ids, weights.scope("word_embeddings"), config.size("vocab_size"), hidden);
    var segments =
        graph.embedding(
            types,
            weights.scope("token_type_embeddings"),
            config.size("type_vocab_size", 2),
            hidden);
    var positions =
        graph.embedding(
            graph.positions(ids, 0), // [1, sequence]
            weights.scope("position_embeddings"),
            config.size("max_position_embeddings"),
            hidden);
    var sum = graph.add(graph.add(words, segments), positions); // [batch, sequence, hidden]
    return graph.layerNorm(sum, weights.scope("LayerNorm"), shape.epsilon());
  }

  static Value block(GraphBuilder graph, Value x, Value mask, Weights weights, Shape shape) {
    int hidden = shape.hidden();
    var self = weights.scope("attention.self");
    var attended =
        graph.attention(
            graph.linear(x, self.scope("query"), hidden), // [batch, sequence, hidden]
            graph.linear(x, self.scope("key"), hidden),
            graph.linear(x, self.scope("value"), hidden),
            mask,
            shape.heads());
    x = residual(graph, new Branch(x, attended), weights.scope("attention.output"), shape);
    return feedForward(graph, x, weights, shape);
  }

  /// Appends the second half of a block.
  static Value feedForward(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    var inner =
        graph.linear(
            x,
            weights.scope("intermediate.dense"),
            shape.intermediate()); // [batch, sequence, intermediate]
    inner = graph.activate(inner, shape.activation());
    return residual(graph, new Branch(x, inner), weights.scope("output"), shape);
  }

  /// What enters an attention or a network, and what leaves it.
  record Branch(Value input, Value output) {}

  /// Projects a branch back to `[batch, sequence, hidden]`, adds what entered it, and normalises
  /// the sum.
  static Value residual(GraphBuilder graph, Branch branch, Weights weights, Shape shape) {
    var projected = graph.linear(branch.output(), weights.scope("dense"), shape.hidden());
    var sum = graph.add(projected, branch.input());
    return graph.layerNorm(sum, weights.scope("LayerNorm"), shape.epsilon());
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    return classifyPooled(graph, config, weights, tokens);
  }

  /// Appends a classifier on the first token, which goes through a layer of its own before.
  static Value classifyPooled(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var first = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.CLS); // [batch, hidden]
    var pooled = graph.linear(first, weights.scope("pooler.dense"), config.size("hidden_size"));
    pooled = graph.activate(pooled, Activation.TANH);
    return graph.linear(pooled, weights.scope("classifier"), config.labels().size());
  }

  @Override
  public Value predict(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var shape = Shape.of(config, EPSILON);
    var head = weights.scope("cls.predictions");
    var x = graph.linear(tokens, head.scope("transform.dense"), shape.hidden());
    x = graph.activate(x, shape.activation());
    x = graph.layerNorm(x, head.scope("transform.LayerNorm"), shape.epsilon());
    return decode(graph, x, head, weights.scope("embeddings.word_embeddings"));
  }

  /// Appends scores for the vocabulary: `decoder.weight` of the head, or the word embeddings it is
  /// tied to.
  static Value decode(GraphBuilder graph, Value x, Weights head, Weights words) {
    var table = head.has("decoder.weight") ? head.scope("decoder") : words;
    var weight = GraphBuilder.parameter(table, "weight", table.shapeOf("weight").sizes());
    var bias = GraphBuilder.parameter(head, "bias", weight.shape().size(0));
    return graph.linear(x, head.path("decoder"), weight, new Bias.Of(bias));
  }
}
