package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import dev.embark.tensor.Weight;
import java.util.List;

/// A table of token vectors and nothing else: `StaticEmbedding` of sentence-transformers,
/// model2vec.
///
/// - Paper: <https://github.com/MinishLab/model2vec>
/// - Reference: model2vec `model.py`, sentence-transformers `static_embedding.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: token vectors `[batch, sequence, hidden]`
final class Static implements Family {
  @Override
  public String modelType() {
    return "static";
  }

  @Override
  public List<String> architectures() {
    return List.of("StaticEmbedding", "StaticModel");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "minishlab/potion-base-8M",
        "minishlab/potion-base-32M",
        "minishlab/potion-retrieval-32M",
        "minishlab/potion-multilingual-128M",
        "sentence-transformers/static-retrieval-mrl-en-v1",
        "sentence-transformers/static-similarity-mrl-multilingual-v1");
  }

  /// A mean has no positions.
  @Override
  public int positionsMax(Config config) {
    return Integer.MAX_VALUE;
  }

  @Override
  public Weights sanitize(Weights weights) {
    return weights.renamed(name -> name.equals("embeddings") ? "embedding.weight" : name);
  }

  @Override
  public Value build(GraphBuilder graph, Config config, Weights weights) {
    // How a model2vec table was made, which its values show already; normalisation is a step.
    config.disregard("apply_pca", "apply_zipf", "hidden_dim", "normalize", "seq_length");
    config.disregard(
        "sif_coefficient", "tokenizer_name", "embedding_dtype", "vocabulary_quantization");
    config.disregard("pooling");
    var shape = weights.shapeOf("embedding.weight");
    var stored =
        GraphBuilder.parameter(weights.scope("embedding"), "weight", shape.sizes()); // [rows, dim]
    var table = stored.weight();
    if (weights.has("mapping")) {
      table = new Weight.Picked(table, weights.integers("mapping"));
    }
    if (weights.has("weights")) {
      table = new Weight.RowsScaled(table, weights.take("weights", table.rows()));
    }
    return graph.embedding(graph.tokens("input_ids"), new Constant("embedding.weight", table));
  }
}
