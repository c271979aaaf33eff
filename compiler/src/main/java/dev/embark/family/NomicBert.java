package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.graph.Activation;
import dev.embark.graph.Experts;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Rotation;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.List;

/// NomicBERT: BERT with rotary positions and a gated network, or with experts in every other layer.
///
/// - Paper: <https://arxiv.org/abs/2402.01613>, <https://arxiv.org/abs/2502.07972>
/// - Reference: transformers `models/nomic_bert/modeling_nomic_bert.py`; the code of
///   `nomic-ai/nomic-bert-2048`, whose configuration has the words of GPT-2
/// - Verified with: fixtures of the reference implementation, no real weights; for experts no
///   original was compared, only a reading of the formulas
/// - Output: last hidden state `[batch, sequence, hidden]`
final class NomicBert implements Family {
  private static final int LAYERS_MAX = 1000;

  /// The network after attention.
  private enum Network {
    /// `fc2(fc11(x) · function(fc12(x)))`.
    GATED,
    /// `fc2(function(fc1(x)))`.
    PLAIN
  }

  private record Shape(
      int hidden,
      int layers,
      int heads,
      int intermediate,
      Network network,
      Activation activation,
      Biased attention,
      Biased inner,
      Biased outer,
      double epsilon,
      Rotation rotation) {
    static Shape of(Config config) {
      return config.has("n_embd") ? ofHub(config) : ofTransformers(config);
    }

    private static Shape ofTransformers(Config config) {
      int hidden = config.size("hidden_size");
      int heads = config.divisor("num_attention_heads", "hidden_size");
      config.requireUnlessAbsent("head_dim", hidden / heads);
      return new Shape(
          hidden,
          config.count("num_hidden_layers", LAYERS_MAX),
          heads,
          config.size("intermediate_size"),
          Network.GATED,
          Activations.named(config.text("hidden_act", "silu"), config.origin()),
          Biased.NO,
          Biased.NO,
          Biased.NO,
          config.real("layer_norm_eps", 1e-12),
          RotaryTable.of(config, 1000, hidden / heads));
    }

    private static Shape ofHub(Config config) {
      refuseOthers(config);
      int hidden = config.size("n_embd");
      int heads = config.divisor("n_head", "n_embd");
      // A file for both codes says everything in both words.
      config.requireUnlessAbsent("hidden_size", hidden);
      config.requireUnlessAbsent("num_attention_heads", heads);
      config.requireUnlessAbsent("num_hidden_layers", config.size("n_layer"));
      config.requireUnlessAbsent("intermediate_size", config.size("n_inner", 4 * hidden));
      config.disregard("head_dim", "hidden_act", "layer_norm_eps", "max_position_embeddings");
      config.disregard("rope_parameters", "rope_theta");
      var word = config.text("activation_function", "gelu");
      return new Shape(
          hidden,
          config.count("n_layer", LAYERS_MAX),
          heads,
          config.size("n_inner", 4 * hidden),
          word.equals("swiglu") ? Network.GATED : Network.PLAIN,
          activation(word, config),
          config.isFalse("qkv_proj_bias") ? Biased.NO : Biased.YES,
          config.isFalse("mlp_fc1_bias") ? Biased.NO : Biased.YES,
          config.isFalse("mlp_fc2_bias") ? Biased.NO : Biased.YES,
          config.real("layer_norm_epsilon", 1e-5),
          RotaryTable.plain(config.real("rotary_emb_base", 1000), hidden / heads));
    }

    private static Activation activation(String word, Config config) {
      return switch (word) {
        case "swiglu" -> Activation.SILU;
        case "gelu" -> Activation.GELU;
        default -> // an open set of words; the reference reads most of them as gelu
            throw new Problem(
                Category.UNSUPPORTED,
                config.origin() + ": activation_function \"" + word + "\" is not supported.",
                "Known are gelu and swiglu.",
                "Convert a model with one of them, or ask for the feature.");
      };
    }

    private static void refuseOthers(Config config) {
      for (var key : List.of("prenorm", "parallel_block", "causal", "use_rms_norm")) {
        config.requireUnlessAbsent(key, false);
      }
      config.requireUnlessAbsent("rotary_emb_fraction", 1.0);
      config.requireUnlessAbsent("rotary_emb_interleaved", false);
      config.requireUnlessAbsent("rotary_emb_scale_base", "null");
      config.requireUnlessAbsent("scale_attn_weights", true);
      config.requireUnlessAbsent("scale_attn_by_inverse_layer_idx", false);
      config.requireUnlessAbsent("add_pooling_layer", false);
      config.requireUnlessAbsent("moe_normalize_expert_weights", false);
      config.requireUnlessAbsent("expert_choice_router", false);
      config.requireUnlessAbsent("num_shared_experts", 0);
      config.requireUnlessAbsent("ffn_div", 1);
      config.disregard("attn_pdrop", "embd_pdrop", "resid_pdrop", "moe_resid_pdrop");
      config.disregard("fused_bias_fc", "fused_dropout_add_ln", "use_flash_attn", "use_xentropy");
      config.disregard("dense_seq_output", "reorder_and_upcast_attn", "parallel_block_tied_norm");
      config.disregard("moe_impl", "router_aux_loss_coef", "n_ctx", "summary_proj_to_labels");
    }
  }

  @Override
  public String modelType() {
    return "nomic_bert";
  }

  @Override
  public List<String> architectures() {
    return List.of("NomicBertModel");
  }

  @Override
  public List<String> remoteClasses() {
    return List.of(
        "NomicBertModel",
        "NomicBertForPreTraining",
        "NomicBertForMaskedLM",
        "NomicBertForSequenceClassification",
        "NomicBertForTokenClassification",
        "NomicBertForQuestionAnswering",
        "NomicBertForMultipleChoice");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "nomic-ai/nomic-embed-text-v1",
        "nomic-ai/nomic-embed-text-v1.5",
        "nomic-ai/nomic-embed-text-v2-moe",
        "nomic-ai/CodeRankEmbed",
        "Snowflake/snowflake-arctic-embed-m-long");
  }

  /// Where angles are scaled for long texts, they depend on the length of the longest text of the
  /// batch; up to the length of the training they do not.
  @Override
  public String comparedWith() {
    return Family.super.comparedWith()
        + "; mixtures of experts with a second writing of the formulas, no original was compared";
  }

  @Override
  public int positionsMax(Config config) {
    if (!config.has("n_embd")) {
      return config.size("max_position_embeddings");
    }
    int trained = config.size("max_trained_positions", 2048);
    int positions = config.size("n_positions");
    return config.has("rotary_scaling_factor") ? Math.min(positions, trained) : positions;
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("bert.", "nomic_bert.")
        .unused(name -> name.startsWith("pooler.") || name.startsWith("cls."));
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    var shape = Shape.of(config);
    var experts = Routing.of(config);
    var x = embed(graph, config, weights.scope("embeddings"), shape.hidden());
    x = graph.layerNorm(x, weights.scope("emb_ln"), shape.epsilon());
    for (int layer = 0; layer < shape.layers(); layer++) {
      var block = weights.scope("encoder.layers." + layer);
      var attended = attention(graph, x, block.scope("attn"), shape);
      x = graph.layerNorm(graph.add(attended, x), block.scope("norm1"), shape.epsilon());
      var mlp = block.scope("mlp");
      var inner =
          experts.isRouted(layer)
              ? experts.append(graph, x, mlp, shape)
              : network(graph, x, mlp, shape);
      x = graph.layerNorm(graph.add(inner, x), block.scope("norm2"), shape.epsilon());
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value embed(GraphBuilder graph, Config config, Weights weights, int hidden) {
    var table = weights.scope("word_embeddings");
    // Rows may be added to a vocabulary until their number is a round one.
    int multiple = config.size("pad_vocab_size_multiple", 1);
    long vocabulary = config.size("vocab_size");
    long padded = Math.ceilDiv(vocabulary, multiple) * multiple;
    long rows = table.shapeOf("weight").size(0) == padded ? padded : vocabulary;
    var words = graph.embedding(graph.tokens("input_ids"), table, rows, hidden);
    int types = config.index("type_vocab_size", 2);
    return TokenTypes.add(graph, words, weights.scope("token_type_embeddings"), types);
  }

  private static Value attention(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    long hidden = shape.hidden();
    var stacked = StackedLinear.of(weights.scope("Wqkv"), 3, shape.attention(), 3 * hidden, hidden);
    var heads = Heads.of(shape.heads(), hidden / shape.heads());
    var attended = stacked.attend(graph, x, heads, shape.rotation());
    return shape.attention().linear(graph, attended, weights.scope("out_proj"), hidden);
  }

  private static Value network(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    var biased = shape.inner();
    int wide = shape.intermediate();
    var inner =
        switch (shape.network()) {
          case GATED -> {
            var up = biased.linear(graph, x, weights.scope("fc11"), wide);
            var gate = biased.linear(graph, x, weights.scope("fc12"), wide);
            yield graph.multiply(up, graph.activate(gate, shape.activation()));
          }
          case PLAIN ->
              graph.activate(
                  biased.linear(graph, x, weights.scope("fc1"), wide), shape.activation());
        }; // [batch, sequence, intermediate]
    return shape.outer().linear(graph, inner, weights.scope("fc2"), shape.hidden());
  }

  /// Which layers have experts, and how many.
  ///
  /// @param interval 0 where there are none
  private record Routing(int count, int used, int interval) {
    static Routing of(Config config) {
      if (!config.has("n_embd")) {
        return new Routing(0, 0, 0);
      }
      int count = config.index("num_experts", 0);
      int used = config.size("moe_top_k", 1);
      int interval = config.index("moe_every_n_layers", count > 0 ? 1 : 0);
      return new Routing(count, used, count == 0 ? 0 : interval);
    }

    boolean isRouted(int layer) {
      return interval > 0 && layer % interval == 1;
    }

    Value append(GraphBuilder graph, Value x, Weights weights, Shape shape) {
      long hidden = shape.hidden();
      long rows = (long) count * shape.intermediate();
      var mlp = weights.scope("experts.mlp");
      return graph.mixture(
          x,
          new Experts(
              GraphBuilder.parameter(weights.scope("router.layer"), "weight", count, hidden),
              GraphBuilder.parameter(mlp, "w1", rows, hidden),
              GraphBuilder.parameter(mlp, "w2", rows, hidden),
              GraphBuilder.parameter(weights.scope("experts"), "bias", hidden),
              used,
              shape.activation()));
    }
  }
}
