package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.family.Decoder.HeadNorm;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import java.util.List;

/// Qwen3: a decoder whose queries and keys are normalised head by head.
///
/// - Paper: <https://arxiv.org/abs/2505.09388>, <https://arxiv.org/abs/2506.05176>
/// - Reference: transformers `models/qwen3/modeling_qwen3.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Qwen3 implements Family {
  @Override
  public String modelType() {
    return "qwen3";
  }

  @Override
  public List<String> architectures() {
    return List.of("Qwen3Model", "Qwen3ForCausalLM", "Qwen3ForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "Qwen/Qwen3-Embedding-0.6B",
        "Qwen/Qwen3-Embedding-4B",
        "Qwen/Qwen3-Embedding-8B",
        "Qwen/Qwen3-Reranker-0.6B",
        "Qwen/Qwen3-Reranker-4B",
        "Qwen/Qwen3-Reranker-8B",
        "microsoft/harrier-oss-v1-0.6b");
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
    Decoder.requireNoWindow(config);
    config.requireUnlessAbsent("attention_bias", false);
    var traits = new Decoder.Traits(Biased.NO, Biased.NO, HeadNorm.YES, Decoder.sight(config));
    return new Decoder(graph, Decoder.Shape.of(config, traits)).build(config, weights);
  }

  @Override
  public Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    return Decoder.classify(graph, config, weights, tokens);
  }

  @Override
  public Constant nextToken(Config config, Weights weights) {
    return Decoder.nextToken(config, weights);
  }
}
