package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.graph.Activation;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Rotation;
import dev.embark.graph.Value;
import java.util.List;

/// GTE, on the hub `new`: BERT with rotary positions and a gated network.
///
/// - Paper: <https://arxiv.org/abs/2407.19669>
/// - Reference: transformers `models/gte/modeling_gte.py`; the code of `Alibaba-NLP/new-impl`
/// - Verified with: fixtures of the reference implementation, no real weights; for scaled angles
///   (`ntk`) no original was compared, only a reading of the formulas
/// - Output: last hidden state `[batch, sequence, hidden]`
final class GteNew implements Family {
  private static final int LAYERS_MAX = 1000;

  private record Shape(
      int hidden,
      int layers,
      int heads,
      int intermediate,
      Activation activation,
      double epsilon,
      Rotation rotation) {
    static Shape of(Config config) {
      int hidden = config.size("hidden_size");
      int heads = config.divisor("num_attention_heads", "hidden_size");
      return new Shape(
          hidden,
          config.count("num_hidden_layers", LAYERS_MAX),
          heads,
          config.size("intermediate_size"),
          Activations.named(config.text("hidden_act", "gelu"), config.origin()),
          config.real("layer_norm_eps", 1e-12),
          rotation(config, hidden / heads));
    }

    private static Rotation rotation(Config config, int size) {
      if (config.has("rope_scaling")) {
        var scaling = config.child("rope_scaling");
        if (scaling.text("type", "").equals("ntk")) {
          scaling.requireUnlessAbsent("mixed_b", "null");
          double factor = scaling.real("factor", 1);
          scaling.requireAllKnown("Rotary positions");
          return RotaryTable.ntk(config.real("rope_theta", 10_000), size, factor);
        }
      }
      return RotaryTable.of(config, isNative(config) ? 160_000 : 10_000, size);
    }
  }

  /// Returns whether the configuration is that of transformers, whose defaults are others.
  private static boolean isNative(Config config) {
    return config.architectures().getFirst().startsWith("Gte");
  }

  @Override
  public String modelType() {
    return "new";
  }

  @Override
  public List<String> architectures() {
    return List.of(
        "NewModel",
        "NewForSequenceClassification",
        "NewForTokenClassification",
        "GteModel",
        "GteForSequenceClassification");
  }

  @Override
  public List<String> remoteClasses() {
    return List.of(
        "NewModel",
        "NewForMaskedLM",
        "NewForMultipleChoice",
        "NewForQuestionAnswering",
        "NewForSequenceClassification",
        "NewForTokenClassification",
        "GteModel",
        "GteForMaskedLM",
        "GteForMultipleChoice",
        "GteForQuestionAnswering",
        "GteForSequenceClassification",
        "GteForTokenClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "Alibaba-NLP/gte-base-en-v1.5",
        "Alibaba-NLP/gte-large-en-v1.5",
        "Alibaba-NLP/gte-multilingual-base",
        "Alibaba-NLP/gte-multilingual-reranker-base",
        "NovaSearch/stella_en_400M_v5",
        "Snowflake/snowflake-arctic-embed-m-v2.0");
  }

  @Override
  public String comparedWith() {
    return Family.super.comparedWith()
        + "; NTK-scaled positions with a second writing of the formulas, no original was compared";
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("new.", "gte.")
        .unused(name -> name.startsWith("pooler.") || name.startsWith("lm_head."))
        .unused(name -> name.startsWith("classifier."));
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.requireUnlessAbsent("position_embedding_type", "rope");
    config.requireUnlessAbsent("layer_norm_type", "layer_norm");
    config.requireUnlessAbsent("logn_attention_scale", false);
    config.requireUnlessAbsent("logn_attention_clip1", false);
    config.requireUnlessAbsent("pack_qkv", true);
    config.disregard("unpad_inputs", "use_memory_efficient_attention");
    var shape = Shape.of(config);
    var x = embed(graph, config, weights.scope("embeddings"), shape);
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = block(graph, x, weights.scope("encoder.layer." + layer), shape);
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value embed(GraphBuilder graph, Config config, Weights weights, Shape shape) {
    var words =
        graph.embedding(
            graph.tokens("input_ids"), // [batch, sequence]
            weights.scope("word_embeddings"),
            config.size("vocab_size"),
            shape.hidden());
    int types = config.index("type_vocab_size", isNative(config) ? 1 : 0);
    var sum = TokenTypes.add(graph, words, weights.scope("token_type_embeddings"), types);
    return graph.layerNorm(sum, weights.scope("LayerNorm"), shape.epsilon());
  }

  private static Value block(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    var attended = attention(graph, x, weights.scope("attention"), shape);
    x = graph.layerNorm(graph.add(attended, x), weights.scope("attn_ln"), shape.epsilon());
    var inner = gated(graph, x, weights.scope("mlp"), shape);
    return graph.layerNorm(graph.add(inner, x), weights.scope("mlp_ln"), shape.epsilon());
  }

  private static Value attention(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    long hidden = shape.hidden();
    var stacked = StackedLinear.of(weights.scope("qkv_proj"), 3, Biased.YES, 3 * hidden, hidden);
    var heads = Heads.of(shape.heads(), hidden / shape.heads());
    var attended = stacked.attend(graph, x, heads, shape.rotation());
    return graph.linear(attended, weights.scope("o_proj"), hidden);
  }

  private static Value gated(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    var stacked =
        StackedLinear.of(
            weights.scope("up_gate_proj"), 2, Biased.NO, 2L * shape.intermediate(), shape.hidden());
    var up = stacked.append(graph, x, 0, "up"); // [batch, sequence, intermediate]
    var gate = graph.activate(stacked.append(graph, x, 1, "gate"), shape.activation());
    return graph.linear(graph.multiply(up, gate), weights.scope("down_proj"), shape.hidden());
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    return Bert.classifyPooled(graph, config, weights, tokens);
  }
}
