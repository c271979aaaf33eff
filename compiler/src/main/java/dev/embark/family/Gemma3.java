package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.graph.Activation;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Rotation;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.tensor.Weight;
import java.util.List;

/// Gemma 3, text only: RMS norms on both sides of attention and network, scaled embeddings, layers
/// that see a window between those that see all; causal, or as in EmbeddingGemma not.
///
/// - Paper: <https://arxiv.org/abs/2503.19786>, <https://arxiv.org/abs/2509.20354>
/// - Reference: transformers `models/gemma3/modeling_gemma3.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Gemma3 implements Family {
  private record Shape(
      int hidden,
      int heads,
      int shared,
      int headSize,
      double scale,
      int intermediate,
      Activation activation,
      Biased attention,
      double epsilon) {
    static Shape of(Config config) {
      int heads = config.size("num_attention_heads");
      int shared = config.size("num_key_value_heads", 4);
      config.requireDivides("num_attention_heads", heads, shared);
      return new Shape(
          config.size("hidden_size"),
          heads,
          shared,
          config.size("head_dim", 256),
          1 / Math.sqrt(config.real("query_pre_attn_scalar", 256)),
          config.size("intermediate_size"),
          Activations.named(config.text("hidden_activation", "gelu_pytorch_tanh"), config.origin()),
          Biased.of(config, "attention_bias"),
          config.real("rms_norm_eps", 1e-6));
    }
  }

  /// What the tokens of a layer see, and by which angles they turn.
  private record View(Heads heads, Rotation rotation) {
    static View of(Config config, Shape shape, LayerType type) {
      var heads = new Heads(shape.heads(), shape.shared(), shape.scale(), sight(config, type));
      return new View(
          heads,
          switch (type) {
            case FULL ->
                RotaryTable.ofLayers(config, type.key(), "rope_theta", 1_000_000, shape.headSize());
            case SLIDING ->
                RotaryTable.ofLayers(
                    config, type.key(), "rope_local_base_freq", 10_000, shape.headSize());
          });
    }

    /// The window of a causal layer counts the token that looks; that of a bidirectional one is as
    /// wide on both sides together.
    private static Sight sight(Config config, LayerType type) {
      boolean bidirectional = config.isTrue("use_bidirectional_attention");
      int window = config.size("sliding_window", 4096);
      return switch (type) {
        case FULL -> bidirectional ? new Sight.All() : new Sight.Causal();
        case SLIDING ->
            bidirectional ? new Sight.Near(window / 2) : new Sight.CausalNear(window - 1);
      };
    }
  }

  private record Layer(Shape shape, View view) {}

  @Override
  public String modelType() {
    return "gemma3_text";
  }

  @Override
  public List<String> architectures() {
    return List.of("Gemma3TextModel", "Gemma3ForCausalLM");
  }

  @Override
  public List<String> checkpoints() {
    return List.of("google/embeddinggemma-300m", "microsoft/harrier-oss-v1-270m");
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return Decoder.sanitize(weights);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.requireUnlessAbsent("attn_logit_softcapping", "null");
    config.requireUnlessAbsent("rope_scaling", "null");
    config.disregard("final_logit_softcapping", "cache_implementation", "_sliding_window_pattern");
    int pattern = config.size("sliding_window_pattern", config.size("_sliding_window_pattern", 6));
    var types = LayerType.of(config, layer -> (layer + 1) % pattern == 0);
    var shape = Shape.of(config);
    var x =
        graph.embedding(
            graph.tokens("input_ids"), // [batch, sequence]
            weights.scope("embed_tokens"),
            config.size("vocab_size"),
            shape.hidden()); // [batch, sequence, hidden]
    x = graph.scale(x, (float) Math.sqrt(shape.hidden()));
    for (int layer = 0; layer < types.size(); layer++) {
      var view = View.of(config, shape, types.get(layer));
      x = block(graph, x, weights.scope("layers." + layer), new Layer(shape, view));
    }
    return norm(graph, x, weights.scope("norm"), shape);
  }

  private static Value block(GraphBuilder graph, Value x, Weights weights, Layer layer) {
    var shape = layer.shape();
    var normed = norm(graph, x, weights.scope("input_layernorm"), shape);
    var attended = attention(graph, normed, weights.scope("self_attn"), layer);
    x = graph.add(x, norm(graph, attended, weights.scope("post_attention_layernorm"), shape));
    normed = norm(graph, x, weights.scope("pre_feedforward_layernorm"), shape);
    var inner = gated(graph, normed, weights.scope("mlp"), shape);
    return graph.add(x, norm(graph, inner, weights.scope("post_feedforward_layernorm"), shape));
  }

  private static Value norm(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    return norm(
        graph, x, GraphBuilder.parameter(weights, "weight", shape.hidden()), shape.epsilon());
  }

  private static Value headNorm(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    return norm(
        graph, x, GraphBuilder.parameter(weights, "weight", shape.headSize()), shape.epsilon());
  }

  /// Norms are stored as the difference of their factors to 1.
  private static Value norm(GraphBuilder graph, Value x, Constant difference, double epsilon) {
    var factors = new Weight.Shifted(difference.weight(), 1);
    var name = difference.name().substring(0, difference.name().lastIndexOf('.'));
    return graph.rmsNorm(x, new Constant(difference.name(), factors), name, epsilon);
  }

  private static Value attention(GraphBuilder graph, Value x, Weights weights, Layer layer) {
    var shape = layer.shape();
    var biased = shape.attention();
    long width = (long) shape.heads() * shape.headSize();
    long shared = (long) shape.shared() * shape.headSize();
    var query = biased.linear(graph, x, weights.scope("q_proj"), width);
    var key = biased.linear(graph, x, weights.scope("k_proj"), shared);
    var value = biased.linear(graph, x, weights.scope("v_proj"), shared);
    var rotation = layer.view().rotation();
    var attended =
        graph.attention(
            graph.rotate(headNorm(graph, query, weights.scope("q_norm"), shape), rotation),
            graph.rotate(headNorm(graph, key, weights.scope("k_norm"), shape), rotation),
            value,
            graph.tokens("attention_mask"), // [batch, sequence]
            layer.view().heads());
    return biased.linear(graph, attended, weights.scope("o_proj"), shape.hidden());
  }

  private static Value gated(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    var gate = graph.linearWithoutBias(x, weights.scope("gate_proj"), shape.intermediate());
    gate = graph.activate(gate, shape.activation()); // [batch, sequence, intermediate]
    var up = graph.linearWithoutBias(x, weights.scope("up_proj"), shape.intermediate());
    return graph.linearWithoutBias(
        graph.multiply(gate, up), weights.scope("down_proj"), shape.hidden());
  }

  @Override
  public Constant nextToken(Config config, Weights weights) {
    return Decoder.nextToken(config, weights);
  }
}
