package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Rotation;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;

/// The core that Qwen, Llama and Mistral share: RMS norms before attention and a gated network,
/// rotary positions, heads that share keys.
///
/// A family says what is its own in a [Shape]; everything else follows from the configuration.
final class Decoder {
  private static final int LAYERS_MAX = 1000;

  private final GraphBuilder graph;
  private final Shape shape;

  Decoder(GraphBuilder graph, Shape shape) {
    this.graph = graph;
    this.shape = shape;
  }

  /// What tells the families apart.
  ///
  /// @param projection whether query, key and value have biases
  /// @param output whether the layer behind the attention has one
  /// @param norm whether heads of queries and keys are normalised
  /// @param sight which tokens a token sees
  record Traits(Biased projection, Biased output, HeadNorm norm, Sight sight) {}

  /// Whether linear layers have a bias.
  enum Biased {
    YES,
    NO;

    /// Returns what `key` of the configuration says; nothing said means no.
    static Biased of(Config config, String key) {
      return config.isTrue(key) ? YES : NO;
    }

    /// Appends a linear layer of the scope.
    Value linear(GraphBuilder graph, Value x, Weights weights, long out) {
      return switch (this) {
        case YES -> graph.linear(x, weights, out);
        case NO -> graph.linearWithoutBias(x, weights, out);
      };
    }

    /// Appends a layer norm of the scope.
    Value layerNorm(GraphBuilder graph, Value x, Weights weights, double epsilon) {
      return switch (this) {
        case YES -> graph.layerNorm(x, weights, epsilon);
        case NO -> graph.layerNormWithoutBias(x, weights, epsilon);
      };
    }
  }

  /// Whether heads of queries and keys are normalised.
  enum HeadNorm {
    YES,
    NO
  }

  /// Sizes of a decoder, and its traits.
  record Shape(
      int hidden,
      int layers,
      Heads heads,
      int headSize,
      int intermediate,
      Activation activation,
      double epsilon,
      Rotation rotation,
      Traits traits) {
    static Shape of(Config config, Traits traits) {
      int hidden = config.size("hidden_size");
      int heads = config.size("num_attention_heads");
      int headSize = config.has("head_dim") ? config.size("head_dim") : hidden / heads;
      int shared = config.size("num_key_value_heads", heads);
      config.requireDivides("num_attention_heads", heads, shared);
      return new Shape(
          hidden,
          config.count("num_hidden_layers", LAYERS_MAX),
          new Heads(heads, shared, 1 / Math.sqrt(headSize), traits.sight()),
          headSize,
          config.size("intermediate_size"),
          Activations.named(config.text("hidden_act", "silu"), config.origin()),
          config.real("rms_norm_eps", 1e-6),
          RotaryTable.of(config, headSize),
          traits);
    }
  }

  /// Returns what tokens see beside a window: all before them, or where the configuration says so,
  /// all.
  static Sight sight(Config config) {
    boolean bidirectional =
        config.isFalse("is_causal") || config.isTrue("use_bidirectional_attention");
    return bidirectional ? new Sight.All() : new Sight.Causal();
  }

  /// Refuses layers that see a window only; `sliding_window` alone says nothing while
  /// `use_sliding_window` is off.
  static void requireNoWindow(Config config) {
    config.requireUnlessAbsent("use_sliding_window", false);
    config.disregard("sliding_window", "max_window_layers");
    for (var type : config.texts("layer_types")) {
      if (!type.equals("full_attention")) {
        throw new Problem(
            Category.UNSUPPORTED,
            config.origin()
                + ": layer_types has \""
                + type
                + "\", only full_attention is supported.",
            "The field changes what the model computes.",
            "Convert a model without it, or ask for the feature.");
      }
    }
  }

  /// Returns the weights without the prefix of a language model; its head is not needed for
  /// embeddings.
  static Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("model.")
        .unused(name -> name.startsWith("lm_head.") || name.endsWith(".rotary_emb.inv_freq"));
  }

  /// Returns the matrix of the next token's scores: the head, or the embeddings it is tied to.
  static Constant nextToken(Config config, Weights weights) {
    var table = weights.has("lm_head.weight") ? "lm_head" : "embed_tokens";
    return GraphBuilder.parameter(
        weights.scope(table), "weight", config.size("vocab_size"), config.size("hidden_size"));
  }

  /// Appends the classifier of `…ForSequenceClassification`: one layer on the last token.
  static Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var last = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.LAST_TOKEN);
    return graph.linearWithoutBias(last, weights.scope("score"), config.labels().size());
  }

  /// Appends everything up to the last hidden state `[batch, sequence, hidden]`.
  Value build(Config config, Weights weights) {
    var mask = graph.tokens("attention_mask"); // [batch, sequence]
    var x =
        graph.embedding(
            graph.tokens("input_ids"), // [batch, sequence]
            weights.scope("embed_tokens"),
            config.size("vocab_size"),
            shape.hidden()); // [batch, sequence, hidden]
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = block(x, mask, weights.scope("layers." + layer));
    }
    return norm(x, weights.scope("norm"));
  }

  private Value block(Value x, Value mask, Weights weights) {
    var attended =
        attention(norm(x, weights.scope("input_layernorm")), mask, weights.scope("self_attn"));
    x = graph.add(x, attended);
    var inner = norm(x, weights.scope("post_attention_layernorm"));
    return graph.add(x, gated(inner, weights.scope("mlp")));
  }

  private Value norm(Value x, Weights weights) {
    return graph.rmsNorm(x, weights, shape.epsilon(), shape.hidden());
  }

  private Value attention(Value x, Value mask, Weights weights) {
    long width = (long) shape.heads().query() * shape.headSize();
    long shared = (long) shape.heads().keyValue() * shape.headSize();
    var biased = shape.traits().projection();
    var query = linear(x, weights.scope("q_proj"), width, biased); // [batch, sequence, heads·size]
    var key = linear(x, weights.scope("k_proj"), shared, biased);
    var value = linear(x, weights.scope("v_proj"), shared, biased);
    if (shape.traits().norm() == HeadNorm.YES) {
      query = headNorm(query, weights.scope("q_norm"));
      key = headNorm(key, weights.scope("k_norm"));
    }
    query = graph.rotate(query, shape.rotation());
    key = graph.rotate(key, shape.rotation());
    var attended = graph.attention(query, key, value, mask, shape.heads());
    return linear(attended, weights.scope("o_proj"), shape.hidden(), shape.traits().output());
  }

  private Value headNorm(Value x, Weights weights) {
    return graph.rmsNorm(x, weights, shape.epsilon(), shape.headSize());
  }

  private Value gated(Value x, Weights weights) {
    var gate = graph.linearWithoutBias(x, weights.scope("gate_proj"), shape.intermediate());
    gate = graph.activate(gate, shape.activation());
    var up = graph.linearWithoutBias(x, weights.scope("up_proj"), shape.intermediate());
    return graph.linearWithoutBias(
        graph.multiply(gate, up), weights.scope("down_proj"), shape.hidden());
  }

  private Value linear(Value x, Weights weights, long out, Biased biased) {
    return biased.linear(graph, x, weights, out);
  }
}
