package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Value;
import java.util.List;

/// MPNet: BERT's block with a bias for relative positions, which all layers share.
///
/// - Paper: <https://arxiv.org/abs/2004.09297>
/// - Reference: transformers `models/mpnet/modeling_mpnet.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Mpnet implements Family {
  private static final double EPSILON = 1e-5;

  /// The reference implementation has this number in its code.
  private static final int DISTANCE_MAX = 128;

  @Override
  public String modelType() {
    return "mpnet";
  }

  @Override
  public List<String> architectures() {
    return List.of("MPNetModel", "MPNetForMaskedLM");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "sentence-transformers/all-mpnet-base-v2",
        "sentence-transformers/multi-qa-mpnet-base-dot-v1",
        "sentence-transformers/multi-qa-mpnet-base-cos-v1",
        "sentence-transformers/paraphrase-mpnet-base-v2");
  }

  /// Positions begin behind the number of the padding token.
  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings") - padId(config) - 1;
  }

  private static int padId(Config config) {
    return config.index("pad_token_id", 1);
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("mpnet.")
        .renamed(Bert::withoutGreek)
        .unused(name -> name.startsWith("pooler.") || name.startsWith("lm_head."))
        .unused("embeddings.position_ids"::equals);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.disregard("type_vocab_size"); // MPNet has no segments, whatever the field says
    var shape = Bert.Shape.of(config, EPSILON);
    var ids = graph.tokens("input_ids"); // [batch, sequence]
    var table =
        GraphBuilder.parameter(
            weights.scope("encoder.relative_attention_bias"),
            "weight",
            config.size("relative_attention_num_buckets", 32),
            shape.heads());
    var bias = graph.distanceBias(ids, RelativeBuckets.byDistance(table, DISTANCE_MAX));
    var x = embed(graph, config, weights.scope("embeddings"), shape);
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = block(graph, x, bias, weights.scope("encoder.layer." + layer), shape);
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value embed(GraphBuilder graph, Config config, Weights weights, Bert.Shape shape) {
    var ids = graph.tokens("input_ids");
    int hidden = shape.hidden();
    var words =
        graph.embedding(ids, weights.scope("word_embeddings"), config.size("vocab_size"), hidden);
    var positions =
        graph.embedding(
            graph.tokenPositions(ids, padId(config)), // [batch, sequence]
            weights.scope("position_embeddings"),
            config.size("max_position_embeddings"),
            hidden);
    var sum = graph.add(words, positions); // [batch, sequence, hidden]
    return graph.layerNorm(sum, weights.scope("LayerNorm"), shape.epsilon());
  }

  private static Value block(
      GraphBuilder graph, Value x, Value bias, Weights weights, Bert.Shape shape) {
    int hidden = shape.hidden();
    var self = weights.scope("attention.attn");
    var attended =
        graph.attention(
            new Op.Attention(
                graph.linear(x, self.scope("q"), hidden), // [batch, sequence, hidden]
                graph.linear(x, self.scope("k"), hidden),
                graph.linear(x, self.scope("v"), hidden),
                graph.tokens("attention_mask"),
                Heads.of(shape.heads(), hidden / shape.heads()),
                new ScoreBias.Of(bias))); // [1, heads, sequence, sequence]
    var projected = graph.linear(attended, self.scope("o"), hidden);
    x =
        graph.layerNorm(
            graph.add(projected, x), weights.scope("attention.LayerNorm"), shape.epsilon());
    return Bert.feedForward(graph, x, weights, shape);
  }
}
