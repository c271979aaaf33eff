package dev.embark.family;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import java.util.List;

/// ELECTRA: BERT's encoder behind embeddings that may be narrower, and a classifier of its own.
///
/// - Paper: <https://arxiv.org/abs/2003.10555>
/// - Reference: transformers `models/electra/modeling_electra.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Electra implements Family {
  @Override
  public String modelType() {
    return "electra";
  }

  @Override
  public List<String> architectures() {
    return List.of("ElectraModel", "ElectraForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of("cross-encoder/ms-marco-electra-base");
  }

  @Override
  public int positionsMax(Config config) {
    return config.size("max_position_embeddings");
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights
        .withoutPrefixes("electra.")
        .renamed(Bert::withoutGreek)
        .unused("embeddings.position_ids"::equals);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    config.disregard("embedding_dropout");
    var shape = Bert.Shape.of(config, Bert.EPSILON);
    var mask = graph.tokens("attention_mask"); // [batch, sequence]
    int width = config.size("embedding_size", shape.hidden());
    var x = Bert.embed(graph, config, weights.scope("embeddings"), shape.withHidden(width));
    if (width != shape.hidden()) {
      x = graph.linear(x, weights.scope("embeddings_project"), shape.hidden());
    }
    for (int layer = 0; layer < shape.layers(); layer++) {
      x = Bert.block(graph, x, mask, weights.scope("encoder.layer." + layer), shape);
    }
    return x; // [batch, sequence, hidden]
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    var first = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.CLS); // [batch, hidden]
    var dense = weights.scope("classifier.dense");
    var x = graph.linear(first, dense, config.size("hidden_size"));
    x = graph.activate(x, Activation.GELU);
    return graph.linear(x, weights.scope("classifier.out_proj"), config.labels().size());
  }
}
