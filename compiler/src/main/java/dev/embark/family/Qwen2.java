package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.family.Decoder.Biased;
import dev.embark.family.Decoder.HeadNorm;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.List;

/// Qwen2: a decoder whose queries, keys and values have biases.
///
/// - Paper: <https://arxiv.org/abs/2407.10671>
/// - Reference: transformers `models/qwen2/modeling_qwen2.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Qwen2 implements Family {
  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public List<String> architectures() {
    return List.of("Qwen2Model", "Qwen2ForCausalLM", "Qwen2ForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of(
        "Alibaba-NLP/gte-Qwen2-1.5B-instruct",
        "Alibaba-NLP/gte-Qwen2-7B-instruct",
        "NovaSearch/stella_en_1.5B_v5");
  }

  /// The code of gte-Qwen2 is transformers' own with a switch for its mask, `is_causal`.
  @Override
  public List<String> remoteClasses() {
    return List.of("Qwen2Model", "Qwen2ForCausalLM", "Qwen2ForSequenceClassification");
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
    requireMask(config);
    var traits = new Decoder.Traits(Biased.YES, Biased.NO, HeadNorm.NO, Decoder.sight(config));
    return new Decoder(graph, Decoder.Shape.of(config, traits)).build(config, weights);
  }

  /// The code that `auto_map` names looks both ways where nothing is said, and transformers' own
  /// looks back only.
  private static void requireMask(Config config) {
    if (config.has("auto_map")
        && !config.has("is_causal")
        && !config.has("use_bidirectional_attention")) {
      throw new Problem(
          Category.UNSUPPORTED,
          config.origin() + ": auto_map is there and is_causal is not.",
          "Whether tokens see those after them is not said.",
          "Add \"is_causal\": false (gte-Qwen2, stella) or true to a copy, and name it with"
              + " --config.");
    }
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
