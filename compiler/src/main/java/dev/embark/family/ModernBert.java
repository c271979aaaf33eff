package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Rotation;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.List;

/// ModernBERT: layer norms before attention and a gated network, rotary positions, and layers that
/// see near tokens only between those that see all.
///
/// - Paper: <https://arxiv.org/abs/2412.13663>
/// - Reference: transformers `models/modernbert/modeling_modernbert.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class ModernBert implements Family {
  /// Sizes, and which layers have biases.
  private record Shape(
      int hidden,
      int heads,
      int intermediate,
      Activation activation,
      Biased attention,
      Biased network,
      Biased norm,
      double epsilon) {
    static Shape of(Config config) {
      return new Shape(
          config.size("hidden_size"),
          config.divisor("num_attention_heads", "hidden_size"),
          config.size("intermediate_size"),
          Activations.named(config.text("hidden_activation", "gelu"), config.origin()),
          Biased.of(config, "attention_bias"),
          Biased.of(config, "mlp_bias"),
          Biased.of(config, "norm_bias"),
          config.real("norm_eps", 1e-5));
    }
  }

  /// What the tokens of a layer see, and by which angles they turn.
  private record View(Heads heads, Rotation rotation) {
    static View of(Config config, Shape shape, LayerType type) {
      int size = shape.hidden() / shape.heads();
      var kind = type.key();
      return switch (type) {
        case FULL ->
            new View(
                heads(shape.heads(), size, new Sight.All()),
                RotaryTable.ofLayers(config, kind, "global_rope_theta", 160_000, size));
        case SLIDING ->
            new View(
                heads(shape.heads(), size, new Sight.Near(config.size("local_attention", 128) / 2)),
                RotaryTable.ofLayers(config, kind, "local_rope_theta", 10_000, size));
      };
    }

    private static Heads heads(int count, int size, Sight sight) {
      return new Heads(count, count, 1 / Math.sqrt(size), sight);
    }
  }

  @Override
  public String modelType() {
    return "modernbert";
  }

  @Override
  public List<String> architectures() {
    return List.of(
        "ModernBertModel", "ModernBertForMaskedLM", "ModernBertForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "Alibaba-NLP/gte-modernbert-base",
        "nomic-ai/modernbert-embed-base",
        "ibm-granite/granite-embedding-english-r2",
        "cl-nagoya/ruri-v3-310m",
        "lightonai/GTE-ModernColBERT-v1",
        "Alibaba-NLP/gte-reranker-modernbert-base");
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("model.")
        .unused(name -> name.startsWith("head.") || name.startsWith("decoder."))
        .unused(name -> name.startsWith("classifier."));
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.requireUnlessAbsent("rope_scaling", "null");
    config.disregard("classifier_pooling", "classifier_bias", "classifier_activation");
    config.disregard("decoder_bias", "sparse_prediction", "sparse_pred_ignore_index");
    config.disregard("embedding_dropout", "mlp_dropout", "initializer_cutoff_factor");
    config.disregard("deterministic_flash_attn", "reference_compile", "repad_logits_with_grad");
    // Fields of BERT that some checkpoints carry along.
    config.disregard("layer_norm_eps", "position_embedding_type");
    int interval = config.size("global_attn_every_n_layers", 3);
    var types = LayerType.of(config, layer -> layer % interval == 0);
    var shape = Shape.of(config);
    var x =
        graph.embedding(
            graph.tokens("input_ids"), // [batch, sequence]
            weights.scope("embeddings.tok_embeddings"),
            config.size("vocab_size"),
            shape.hidden()); // [batch, sequence, hidden]
    x = norm(graph, x, weights.scope("embeddings.norm"), shape);
    for (int layer = 0; layer < types.size(); layer++) {
      var view = View.of(config, shape, types.get(layer));
      var block = weights.scope("layers." + layer);
      // What enters the first layer is normalised already.
      var normed = layer == 0 ? x : norm(graph, x, block.scope("attn_norm"), shape);
      var attended = attended(graph, normed, block.scope("attn"), new Layer(shape, view));
      x =
          graph.add(
              x, shape.attention().linear(graph, attended, block.scope("attn.Wo"), shape.hidden()));
      normed = norm(graph, x, block.scope("mlp_norm"), shape);
      x = graph.add(x, gated(graph, normed, block.scope("mlp"), shape));
    }
    return norm(graph, x, weights.scope("final_norm"), shape);
  }

  private record Layer(Shape shape, View view) {}

  private static Value norm(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    return shape.norm().layerNorm(graph, x, weights, shape.epsilon());
  }

  private static Value attended(GraphBuilder graph, Value x, Weights weights, Layer layer) {
    long hidden = layer.shape().hidden();
    var stacked =
        StackedLinear.of(weights.scope("Wqkv"), 3, layer.shape().attention(), 3 * hidden, hidden);
    return stacked.attend(graph, x, layer.view().heads(), layer.view().rotation());
  }

  private static Value gated(GraphBuilder graph, Value x, Weights weights, Shape shape) {
    var stacked =
        StackedLinear.of(
            weights.scope("Wi"), 2, shape.network(), 2L * shape.intermediate(), shape.hidden());
    var gate = stacked.append(graph, x, 0, "gate"); // [batch, sequence, intermediate]
    gate = graph.activate(gate, shape.activation());
    var inner = graph.multiply(gate, stacked.append(graph, x, 1, "up"));
    return shape.network().linear(graph, inner, weights.scope("Wo"), shape.hidden());
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var mode =
        switch (config.text("classifier_pooling", "cls")) {
          case "cls" -> Pooling.CLS;
          case "mean" -> Pooling.MEAN;
          default -> // an open set of words, of which the reference knows these
              throw new Problem(
                  Category.UNSUPPORTED,
                  config.origin()
                      + ": classifier_pooling = "
                      + config.json().get("classifier_pooling")
                      + " is not supported.",
                  "Known are cls and mean.",
                  "Convert a model with one of them.");
        };
    var pooled = graph.pool(tokens, graph.tokens("attention_mask"), mode); // [batch, hidden]
    var x = head(graph, config, weights.scope("head"), pooled);
    return graph.linear(x, weights.scope("classifier"), config.labels().size());
  }

  @Override
  public Value predict(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var x = head(graph, config, weights.scope("head"), tokens); // [batch, sequence, hidden]
    var decoder = weights.scope("decoder");
    long vocabulary = config.size("vocab_size");
    var table = decoder.has("weight") ? decoder : weights.scope("embeddings.tok_embeddings");
    var weight = GraphBuilder.parameter(table, "weight", vocabulary, x.shape().size(-1));
    var bias =
        config.isFalse("decoder_bias")
            ? new Bias.None()
            : new Bias.Of(GraphBuilder.parameter(decoder, "bias", vocabulary));
    return graph.linear(x, decoder.name(), weight, bias);
  }

  private static Value head(GraphBuilder graph, Config config, Weights weights, Value x) {
    var biased = Biased.of(config, "classifier_bias");
    var dense = biased.linear(graph, x, weights.scope("dense"), x.shape().size(-1));
    var function = Activations.named(config.text("classifier_activation", "gelu"), config.origin());
    return norm(graph, graph.activate(dense, function), weights.scope("norm"), Shape.of(config));
  }
}
