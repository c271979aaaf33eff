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

/// Mistral: a decoder that may see a window of the last tokens only.
///
/// - Paper: <https://arxiv.org/abs/2310.06825>
/// - Reference: transformers `models/mistral/modeling_mistral.py`
/// - Verified with: fixtures of the reference implementation; no real weights were at hand
/// - Output: last hidden state `[batch, sequence, hidden]`
final class Mistral implements Family {
  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public List<String> architectures() {
    return List.of("MistralModel", "MistralForCausalLM", "MistralForSequenceClassification");
  }

  @Override
  public List<String> checkpoints() {
    return List.of("intfloat/e5-mistral-7b-instruct", "Salesforce/SFR-Embedding-Mistral");
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
    var traits = new Decoder.Traits(Biased.NO, Biased.NO, HeadNorm.NO, sight(config));
    return new Decoder(graph, Decoder.Shape.of(config, traits)).build(config, weights);
  }

  /// A window of `n` is the token itself and the `n − 1` before it; what it means where tokens see
  /// in both directions, no reference says.
  private static Sight sight(Config config) {
    var sight = Decoder.sight(config);
    if (sight instanceof Sight.All) {
      config.requireUnlessAbsent("sliding_window", "null");
    }
    return config.has("sliding_window")
        ? new Sight.CausalNear(config.size("sliding_window") - 1)
        : sight;
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
