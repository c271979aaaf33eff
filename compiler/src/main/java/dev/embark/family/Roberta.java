package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import java.util.List;

/// RoBERTa, XLM-RoBERTa and CamemBERT: BERT's blocks, positions that count real tokens only.
///
/// - Paper: <https://arxiv.org/abs/1907.11692>, <https://arxiv.org/abs/1911.02116>
/// - Reference: transformers `models/roberta/modeling_roberta.py`,
///   `models/xlm_roberta/modeling_xlm_roberta.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Roberta implements Family {
  @Override
  public String modelType() {
    return "roberta";
  }

  @Override
  public List<String> architectures() {
    return List.of(
        "RobertaModel",
        "RobertaForMaskedLM",
        "RobertaForSequenceClassification",
        "XLMRobertaModel",
        "XLMRobertaForMaskedLM",
        "XLMRobertaForSequenceClassification",
        "CamembertModel",
        "CamembertForMaskedLM",
        "CamembertForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "BAAI/bge-m3",
        "intfloat/multilingual-e5-base",
        "intfloat/multilingual-e5-large",
        "intfloat/multilingual-e5-large-instruct",
        "Snowflake/snowflake-arctic-embed-l-v2.0",
        "BAAI/bge-reranker-base",
        "BAAI/bge-reranker-large",
        "BAAI/bge-reranker-v2-m3",
        "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1",
        "cross-encoder/stsb-roberta-base");
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
        .withoutPrefixes("roberta.", "xlm-roberta.", "camembert.")
        .renamed(Bert::withoutGreek)
        .unused(name -> name.startsWith("pooler.") || name.startsWith("lm_head."))
        .unused("embeddings.position_ids"::equals);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    var shape = Bert.Shape.of(config, 1e-5);
    var mask = graph.tokens("attention_mask"); // [batch, sequence]
    var x = embed(graph, config, weights.scope("embeddings"), shape);
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = Bert.block(graph, x, mask, weights.scope("encoder.layer." + layer), shape);
    }
    return x; // [batch, sequence, hidden]
  }

  private static Value embed(GraphBuilder graph, Config config, Weights weights, Bert.Shape shape) {
    var ids = graph.tokens("input_ids"); // [batch, sequence]
    int hidden = shape.hidden();
    var words =
        graph.embedding(ids, weights.scope("word_embeddings"), config.size("vocab_size"), hidden);
    // There are no segments in what it reads: every token has the first one.
    int types = config.size("type_vocab_size", 1);
    var segment =
        GraphBuilder.parameter(weights.scope("token_type_embeddings"), "weight", types, hidden)
            .rows("first", 0, 1); // [1, hidden]
    var positions =
        graph.embedding(
            graph.tokenPositions(ids, padId(config)), // [batch, sequence]
            weights.scope("position_embeddings"),
            config.size("max_position_embeddings"),
            hidden);
    var sum = graph.add(graph.add(words, positions), graph.parameter(segment));
    return graph.layerNorm(sum, weights.scope("LayerNorm"), shape.epsilon());
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var first = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.CLS); // [batch, hidden]
    var dense = weights.scope("classifier.dense");
    var x = graph.linear(first, dense, config.size("hidden_size"));
    x = graph.activate(x, Activation.TANH);
    return graph.linear(x, weights.scope("classifier.out_proj"), config.labels().size());
  }

  @Override
  public Value predict(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var shape = Bert.Shape.of(config, 1e-5);
    var head = weights.scope("lm_head");
    var x = graph.linear(tokens, head.scope("dense"), shape.hidden());
    x = graph.activate(x, Activation.GELU);
    x = graph.layerNorm(x, head.scope("layer_norm"), shape.epsilon());
    return Bert.decode(graph, x, head, weights.scope("embeddings.word_embeddings"));
  }
}
