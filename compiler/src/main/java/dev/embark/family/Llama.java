package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.family.Decoder.HeadNorm;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import java.util.List;

/// Llama 1 to 3, and models made from them that see in both directions.
///
/// - Paper: <https://arxiv.org/abs/2307.09288>, <https://arxiv.org/abs/2407.21783>
/// - Reference: transformers `models/llama/modeling_llama.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Llama implements Family {
  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public List<String> architectures() {
    return List.of(
        "LlamaModel",
        "LlamaForCausalLM",
        "LlamaForSequenceClassification",
        "LlamaBidirectionalModel");
  }

  @Override
  public List<String> checkpoints() {
    return List.of("nvidia/llama-embed-nemotron-8b");
  }

  @Override
  public List<String> remoteClasses() {
    return List.of("LlamaBidirectionalModel");
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
    config.requireUnlessAbsent("mlp_bias", false);
    config.requireUnlessAbsent("pretraining_tp", 1);
    config.requireUnlessAbsent("pooling", "avg");
    var biased = config.isTrue("attention_bias") ? Biased.YES : Biased.NO;
    var sight =
        config.architectures().contains("LlamaBidirectionalModel")
            ? new Sight.All()
            : Decoder.sight(config);
    var traits = new Decoder.Traits(biased, biased, HeadNorm.NO, sight);
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
