package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.graph.Activation;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.List;

/// JinaBERT v2: BERT without positions, whose scores fall with the distance of two tokens (ALiBi,
/// both ways), and with a gated network. The variant for code also normalises queries and keys.
///
/// - Paper: <https://arxiv.org/abs/2310.19923>, <https://arxiv.org/abs/2108.12409>
/// - Reference: the code of `jinaai/jina-bert-implementation` and, for code,
///   `jinaai/jina-bert-v2-qk-post-norm`
/// - Verified with: no original was compared, only a second writing of the formulas
/// - Output: last hidden state `[batch, sequence, hidden]`
final class JinaBert implements Family {
  private static final int LAYERS_MAX = 1000;

  @Override
  public String modelType() {
    return "bert";
  }

  @Override
  public List<String> architectures() {
    return List.of("JinaBertModel", "JinaBertForMaskedLM", "JinaBertForSequenceClassification");
  }

  @Override
  public String comparedWith() {
    return "a second writing of the formulas; no original was compared";
  }

  @Override
  public List<String> remoteClasses() {
    return List.of(
        "JinaBertModel",
        "JinaBertForMaskedLM",
        "JinaBertForSequenceClassification",
        "JinaBertForTokenClassification",
        "JinaBertForQuestionAnswering",
        "JinaBertForMultipleChoice");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "jinaai/jina-embeddings-v2-small-en",
        "jinaai/jina-embeddings-v2-base-en",
        "jinaai/jina-embeddings-v2-base-de",
        "jinaai/jina-embeddings-v2-base-code");
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

  /// What all layers have in common.
  private record Layers(Bert.Shape shape, ScoreBias distances) {}

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.requireUnlessAbsent("position_embedding_type", "alibi");
    config.requireUnlessAbsent("feed_forward_type", "geglu");
    config.requireUnlessAbsent("alibi_scaling", 1);
    config.disregard("hidden_act"); // follows from feed_forward_type
    config.disregard("emb_pooler", "attn_implementation", "model_max_length");
    int heads = config.divisor("num_attention_heads", "hidden_size");
    var shape =
        new Bert.Shape(
            config.size("hidden_size"),
            config.count("num_hidden_layers", LAYERS_MAX),
            heads,
            config.size("intermediate_size"),
            Activation.GELU,
            config.real("layer_norm_eps", Bert.EPSILON));
    var x = embed(graph, config, weights.scope("embeddings"), shape);
    var table = distances(heads, config.size("max_position_embeddings") - 1);
    var scores = graph.distanceBias(graph.tokens("input_ids"), table);
    var layers = new Layers(shape, new ScoreBias.Of(scores)); // [1, heads, sequence, sequence]
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = block(graph, x, weights.scope("encoder.layer." + layer), layers);
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value embed(GraphBuilder graph, Config config, Weights weights, Bert.Shape shape) {
    var words =
        graph.embedding(
            graph.tokens("input_ids"), // [batch, sequence]
            weights.scope("word_embeddings"),
            config.size("vocab_size"),
            shape.hidden());
    int types = config.index("type_vocab_size", 2);
    var sum = TokenTypes.add(graph, words, weights.scope("token_type_embeddings"), types);
    return graph.layerNorm(sum, weights.scope("LayerNorm"), shape.epsilon());
  }

  /// Returns `−slope·|distance|` `[2·reach + 1, heads]`.
  private static Constant distances(int heads, int reach) {
    var slopes = slopes(heads);
    var scores = new float[(2 * reach + 1) * heads];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = -slopes.get(i % heads) * Math.abs(i / heads - reach);
    }
    var stored = new Weight.Stored(Tensor.of(Shape.of(2L * reach + 1, heads), scores));
    return new Constant("encoder.alibi", stored);
  }

  /// Returns the slope of each head: powers of `2^(−8 / heads)`; where the number of heads is no
  /// power of 2, those of the next smaller one, then every other one of the next larger.
  private static List<Float> slopes(int heads) {
    int power = Integer.highestOneBit(heads);
    var slopes = new ArrayList<Float>();
    for (int head = 0; head < power; head++) {
      slopes.add((float) Math.pow(2, -8.0 * (head + 1) / power));
    }
    for (int head = 0; head < heads - power; head++) {
      slopes.add((float) Math.pow(2, -8.0 * (2 * head + 1) / (2 * power)));
    }
    return slopes;
  }

  private static Value block(GraphBuilder graph, Value x, Weights weights, Layers layers) {
    var shape = layers.shape();
    var attended = attention(graph, x, weights.scope("attention.self"), layers);
    var projection = weights.scope("attention.output");
    var y = Bert.residual(graph, new Bert.Branch(x, attended), projection, shape);
    if (!weights.has("mlp.up_gated_layer.weight")) {
      var inner = gated(graph, y, stacked(weights.scope("mlp.gated_layers"), shape), 0);
      var mlp = graph.linear(inner, weights.scope("mlp.wo"), shape.hidden());
      return graph.layerNorm(graph.add(mlp, y), weights.scope("mlp.layernorm"), shape.epsilon());
    }
    y = graph.layerNorm(graph.add(x, y), weights.scope("layer_norm_1"), shape.epsilon());
    var inner = gated(graph, y, stacked(weights.scope("mlp.up_gated_layer"), shape), 1);
    var mlp = graph.linear(inner, weights.scope("mlp.down_layer"), shape.hidden());
    return graph.layerNorm(graph.add(mlp, y), weights.scope("layer_norm_2"), shape.epsilon());
  }

  private static Value attention(GraphBuilder graph, Value x, Weights self, Layers layers) {
    var shape = layers.shape();
    var query = graph.linear(x, self.scope("query"), shape.hidden()); // [batch, sequence, hidden]
    var key = graph.linear(x, self.scope("key"), shape.hidden());
    if (self.has("layer_norm_q.weight")) {
      query = graph.layerNorm(query, self.scope("layer_norm_q"), shape.epsilon());
      key = graph.layerNorm(key, self.scope("layer_norm_k"), shape.epsilon());
    }
    double scale = 1 / Math.sqrt((double) shape.hidden() / shape.heads());
    return graph.attention(
        new Op.Attention(
            query,
            key,
            graph.linear(x, self.scope("value"), shape.hidden()),
            graph.tokens("attention_mask"), // [batch, sequence]
            new Heads(shape.heads(), shape.heads(), scale, new Sight.All()),
            layers.distances()));
  }

  private static StackedLinear stacked(Weights weights, Bert.Shape shape) {
    return StackedLinear.of(weights, 2, Biased.NO, 2L * shape.intermediate(), shape.hidden());
  }

  /// Returns `[batch, sequence, intermediate]`.
  ///
  /// @param gate which of the two layers goes through the activation
  private static Value gated(GraphBuilder graph, Value x, StackedLinear stacked, int gate) {
    var gated = graph.activate(stacked.append(graph, x, gate, "gate"), Activation.GELU);
    return graph.multiply(gated, stacked.append(graph, x, 1 - gate, "up"));
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    return Bert.classifyPooled(graph, config, weights, tokens);
  }
}
