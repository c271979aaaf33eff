package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import java.util.List;

/// The encoder of T5: RMS norms before attention and network, no biases, no scaling of scores, and
/// one table of scores by distance that all layers share.
///
/// - Paper: <https://arxiv.org/abs/1910.10683>, <https://arxiv.org/abs/2108.08877>
/// - Reference: transformers `models/t5/modeling_t5.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class T5Encoder implements Family {
  private static final int LAYERS_MAX = 1000;

  /// The network after attention.
  private enum Network {
    /// `wo(function(wi_0(x)) · wi_1(x))`.
    GATED,
    /// `wo(function(wi(x)))`.
    PLAIN
  }

  private record Shape(
      int hidden,
      int layers,
      int heads,
      int headSize,
      int intermediate,
      Network network,
      Activation activation,
      double epsilon) {
    static Shape of(Config config) {
      var word = config.text("feed_forward_proj", "relu");
      boolean isGated = word.startsWith("gated-");
      // In the first models with a gate, `gelu` meant its approximation.
      var function = word.equals("gated-gelu") ? "gelu_new" : word.replaceFirst("^gated-", "");
      return new Shape(
          config.size("d_model"),
          config.count("num_layers", LAYERS_MAX),
          config.size("num_heads"),
          config.size("d_kv", 64),
          config.size("d_ff"),
          isGated ? Network.GATED : Network.PLAIN,
          Activations.named(function, config.origin()),
          config.real("layer_norm_epsilon", 1e-6));
    }
  }

  @Override
  public String modelType() {
    return "t5";
  }

  @Override
  public List<String> architectures() {
    return List.of("T5EncoderModel", "T5Model", "T5ForConditionalGeneration");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "sentence-transformers/sentence-t5-base",
        "sentence-transformers/sentence-t5-large",
        "sentence-transformers/sentence-t5-xl",
        "sentence-transformers/gtr-t5-base",
        "sentence-transformers/gtr-t5-large");
  }

  /// Distances beyond the largest all count alike, so there is no end to positions.
  @Override
  public int positionsMax(Config config) {
    config.disregard("n_positions");
    return Integer.MAX_VALUE;
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .unused(name -> name.startsWith("decoder.") || name.startsWith("lm_head."))
        .unused("encoder.embed_tokens.weight"::equals);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.disregard("dense_act_fn", "is_gated_act"); // follow from feed_forward_proj
    config.disregard("num_decoder_layers", "scale_decoder_outputs", "dropout_rate");
    var shape = Shape.of(config);
    var ids = graph.tokens("input_ids"); // [batch, sequence]
    var table = weights.scope(weights.has("shared.weight") ? "shared" : "encoder.embed_tokens");
    var x = graph.embedding(ids, table, config.size("vocab_size"), shape.hidden());
    var blocks = weights.scope("encoder.block");
    var scores = graph.distanceBias(ids, scores(config, blocks, shape.heads()));
    var layers = new Layers(shape, new ScoreBias.Of(scores)); // [1, heads, sequence, sequence]
    for (int layer = 0; layer < shape.layers(); layer++) {
      var block = blocks.scope(layer + ".layer");
      var normed = norm(graph, x, block.scope("0.layer_norm"), shape);
      x = graph.add(x, attention(graph, normed, block.scope("0.SelfAttention"), layers));
      normed = norm(graph, x, block.scope("1.layer_norm"), shape);
      x = graph.add(x, network(graph, normed, block.scope("1.DenseReluDense"), shape));
    }
    return norm(graph, x, weights.scope("encoder.final_layer_norm"), shape);
  }

  private static Constant scores(Config config, Weights blocks, int heads) {
    int buckets = config.size("relative_attention_num_buckets", 32);
    var scope = blocks.scope("0.layer.0.SelfAttention.relative_attention_bias");
    return RelativeBuckets.byDistance(
        GraphBuilder.parameter(scope, "weight", buckets, heads),
        config.size("relative_attention_max_distance", 128));
  }

  private static Value norm(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    return graph.rmsNorm(x, weights, shape.epsilon(), shape.hidden());
  }

  /// What all layers have in common.
  private record Layers(Shape shape, ScoreBias scores) {}

  private static Value attention(GraphBuilder graph, Value x, Weights weights, Layers layers) {
    var shape = layers.shape();
    long width = (long) shape.heads() * shape.headSize();
    var attended =
        graph.attention(
            new Op.Attention(
                graph.linearWithoutBias(x, weights.scope("q"), width), // [batch, sequence, width]
                graph.linearWithoutBias(x, weights.scope("k"), width),
                graph.linearWithoutBias(x, weights.scope("v"), width),
                graph.tokens("attention_mask"), // [batch, sequence]
                new Heads(shape.heads(), shape.heads(), 1, new Sight.All()),
                layers.scores()));
    return graph.linearWithoutBias(attended, weights.scope("o"), shape.hidden());
  }

  private static Value network(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    int wide = shape.intermediate();
    var inner =
        switch (shape.network()) {
          case GATED -> {
            var gate = graph.linearWithoutBias(x, weights.scope("wi_0"), wide);
            var up = graph.linearWithoutBias(x, weights.scope("wi_1"), wide);
            yield graph.multiply(graph.activate(gate, shape.activation()), up);
          }
          case PLAIN ->
              graph.activate(
                  graph.linearWithoutBias(x, weights.scope("wi"), wide), shape.activation());
        }; // [batch, sequence, intermediate]
    return graph.linearWithoutBias(inner, weights.scope("wo"), shape.hidden());
  }
}
