package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Distances;
import dev.embark.graph.Distances.Side;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.List;

/// DeBERTa v2 and v3: BERT whose scores also weigh contents against relative positions, in both
/// directions.
///
/// - Paper: <https://arxiv.org/abs/2006.03654>, <https://arxiv.org/abs/2111.09543>
/// - Reference: transformers `models/deberta_v2/modeling_deberta_v2.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class DebertaV2 implements Family {
  private static final int LAYERS_MAX = 1000;

  /// Whether relative positions are projected by the layers of the contents or by their own.
  private enum Keys {
    SHARED,
    OWN
  }

  /// @param bert sizes as BERT has them
  /// @param directions `c2p`: contents of the token that looks, positions of the one that is seen;
  ///   `p2c`: the other way round
  private record Shape(Bert.Shape bert, Keys keys, List<String> directions) {
    static Shape of(Config config) {
      int hidden = config.size("hidden_size");
      int heads = config.divisor("num_attention_heads", "hidden_size");
      config.requireUnlessAbsent("attention_head_size", hidden / heads);
      config.requireUnlessAbsent("embedding_size", hidden);
      config.requireUnlessAbsent("conv_kernel_size", 0);
      return new Shape(
          new Bert.Shape(
              hidden,
              config.count("num_hidden_layers", LAYERS_MAX),
              heads,
              config.size("intermediate_size"),
              Activations.named(config.text("hidden_act", "gelu"), config.origin()),
              config.real("layer_norm_eps", 1e-7)),
          config.isTrue("share_att_key") ? Keys.SHARED : Keys.OWN,
          config.words("pos_att_type"));
    }

    /// Scores are sums of as many products, and scaled as such.
    double scale() {
      return 1 / Math.sqrt((double) bert.hidden() / bert.heads() * (1 + directions.size()));
    }
  }

  /// Relative positions: a vector for each bucket `[2·span, hidden]`, and the bucket of each
  /// distance.
  private record Positions(Value vectors, List<Integer> rows) {}

  private record Layers(Shape shape, Positions positions) {}

  @Override
  public String modelType() {
    return "deberta-v2";
  }

  @Override
  public List<String> architectures() {
    return List.of("DebertaV2Model", "DebertaV2ForMaskedLM", "DebertaV2ForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "mixedbread-ai/mxbai-rerank-xsmall-v1",
        "mixedbread-ai/mxbai-rerank-base-v1",
        "mixedbread-ai/mxbai-rerank-large-v1",
        "cross-encoder/nli-deberta-v3-base");
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("deberta.")
        .unused(name -> name.startsWith("pooler.") || name.startsWith("classifier."))
        .unused(name -> name.startsWith("cls.") || name.startsWith("lm_predictions."))
        .unused(name -> name.startsWith("mask_predictions."))
        .unused("embeddings.position_embeddings.weight"::equals)
        .unused("embeddings.position_ids"::equals);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    if (!config.isTrue("relative_attention")) {
      throw new Problem(
          Category.UNSUPPORTED,
          config.origin() + ": relative_attention is not true.",
          "Without relative positions the architecture is another one.",
          "Convert a model that has them, or ask for the feature.");
    }
    config.disregard("legacy", "conv_act", "conv_groups"); // of heads, and of what was refused
    config.disregard("pooler_dropout", "pooler_hidden_act", "pooler_hidden_size", "cls_dropout");
    var shape = Shape.of(config);
    var layers = new Layers(shape, positions(graph, config, weights.scope("encoder"), shape));
    var x = embed(graph, config, weights.scope("embeddings"), shape.bert());
    for (int layer = 0; layer < shape.bert().layers(); layer++) {
      x = block(graph, x, weights.scope("encoder.layer." + layer), layers);
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value embed(GraphBuilder graph, Config config, Weights weights, Bert.Shape shape) {
    var ids = graph.tokens("input_ids"); // [batch, sequence]
    int hidden = shape.hidden();
    var sum =
        graph.embedding(ids, weights.scope("word_embeddings"), config.size("vocab_size"), hidden);
    if (!config.isFalse("position_biased_input")) {
      var table = weights.scope("position_embeddings");
      int count = config.size("max_position_embeddings");
      sum = graph.add(sum, graph.embedding(graph.positions(ids, 0), table, count, hidden));
    }
    int types = config.index("type_vocab_size", 0);
    sum = TokenTypes.add(graph, sum, weights.scope("token_type_embeddings"), types);
    return graph.layerNorm(sum, weights.scope("LayerNorm"), shape.epsilon());
  }

  private static Positions positions(
      GraphBuilder graph, Config config, Weights weights, Shape shape) {
    int sequenceMax = config.size("max_position_embeddings");
    int said = config.integer("max_relative_positions", -1);
    int far = said < 1 ? sequenceMax : said;
    int buckets = config.integer("position_buckets", -1);
    int span = buckets > 0 ? buckets : far;
    var rows = new ArrayList<Integer>();
    for (int distance = 1 - sequenceMax; distance < sequenceMax; distance++) {
      int bucket = buckets > 0 ? bucket(distance, buckets, far) : distance;
      rows.add(Math.clamp((long) span - bucket, 0, 2 * span - 1));
    }
    var table = weights.scope("rel_embeddings");
    var vectors =
        graph.parameter(GraphBuilder.parameter(table, "weight", 2L * span, shape.bert().hidden()));
    if (config.words("norm_rel_ebd").contains("layer_norm")) {
      vectors = graph.layerNorm(vectors, weights.scope("LayerNorm"), shape.bert().epsilon());
    }
    return new Positions(vectors, rows);
  }

  /// Returns the bucket of a distance `j − i`: half of them are for one distance each, the others
  /// grow with its logarithm, which is taken in 32 bits.
  private static int bucket(int distance, int buckets, int far) {
    int middle = buckets / 2;
    int absolute = Math.abs(distance);
    if (absolute <= middle) {
      return distance;
    }
    float share =
        (float) Math.log((float) absolute / middle)
            / (float) Math.log((float) ((far - 1.0) / middle));
    int bucket = (int) Math.ceil(share * (middle - 1)) + middle;
    return distance < 0 ? -bucket : bucket;
  }

  private static Value block(GraphBuilder graph, Value x, Weights weights, Layers layers) {
    var shape = layers.shape();
    int hidden = shape.bert().hidden();
    int heads = shape.bert().heads();
    var self = weights.scope("attention.self");
    var query = graph.linear(x, self.scope("query_proj"), hidden); // [batch, sequence, hidden]
    var key = graph.linear(x, self.scope("key_proj"), hidden);
    var value = graph.linear(x, self.scope("value_proj"), hidden);
    var scores = new ArrayList<Value>(); // [batch, heads, sequence, sequence]
    if (shape.directions().contains("c2p")) {
      var positions = projected(graph, self, "key_proj", layers);
      scores.add(scores(graph, new Pair(query, positions), Side.LOOKING, layers));
    }
    if (shape.directions().contains("p2c")) {
      var positions = projected(graph, self, "query_proj", layers);
      scores.add(scores(graph, new Pair(key, positions), Side.SEEN, layers));
    }
    var attended =
        graph.attention(
            new Op.Attention(
                query,
                key,
                value,
                graph.tokens("attention_mask"), // [batch, sequence]
                new Heads(heads, heads, shape.scale(), new Sight.All()),
                scores.stream()
                    .reduce(graph::add)
                    .<ScoreBias>map(ScoreBias.Of::new)
                    .orElse(new ScoreBias.None())));
    var branch = new Bert.Branch(x, attended);
    x = Bert.residual(graph, branch, weights.scope("attention.output"), shape.bert());
    return Bert.feedForward(graph, x, weights, shape.bert());
  }

  /// Tokens `[batch, sequence, hidden]` and relative positions `[2·span, hidden]`, one of them
  /// queries and the other keys.
  private record Pair(Value tokens, Value positions) {}

  private static Value scores(GraphBuilder graph, Pair pair, Side side, Layers layers) {
    var distances = new Distances(layers.positions().rows(), side);
    var shape = layers.shape();
    return graph.positionScores(
        pair.tokens().name() + ".positions",
        new Op.PositionScores(
            pair.tokens(), pair.positions(), distances, shape.bert().heads(), shape.scale()));
  }

  /// Returns relative positions as keys or queries `[2·span, hidden]`.
  private static Value projected(GraphBuilder graph, Weights self, String name, Layers layers) {
    var scope =
        switch (layers.shape().keys()) {
          case SHARED -> self.scope(name);
          case OWN -> self.scope("pos_" + name);
        };
    return graph.linear(layers.positions().vectors(), scope, layers.shape().bert().hidden());
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    int hidden = config.size("hidden_size");
    config.requireUnlessAbsent("pooler_hidden_size", hidden);
    var first = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.CLS); // [batch, hidden]
    var pooled = graph.linear(first, weights.scope("pooler.dense"), hidden);
    var function = config.text("pooler_hidden_act", "gelu");
    pooled = graph.activate(pooled, Activations.named(function, config.origin()));
    return graph.linear(pooled, weights.scope("classifier"), config.labels().size());
  }
}
