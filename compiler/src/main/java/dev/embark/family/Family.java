package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.List;

/// One architecture, written down once: how a checkpoint's weights become token vectors.
///
/// An implementation is one file: header (paper, reference, checkpoints), configuration, names of
/// the weights, and the computation in execution order with shapes as comments.
interface Family {
  /// Returns the `model_type` of `config.json`.
  String modelType();

  /// Returns the names in `architectures` of `config.json` that this family can read.
  List<String> architectures();

  /// Returns well-known checkpoints of this family, as `owner/name`.
  List<String> checkpoints();

  /// Returns what this family's answers have been held against, in words.
  default String comparedWith() {
    return "tiny checkpoints with the original's answers";
  }

  /// Returns the longest sequence the checkpoint has positions for, special tokens included.
  int positionsMax(Config config);

  /// Returns the weights under the names `build` asks for; what an encoder does not need is
  /// declared unused.
  Weights sanitize(Weights weights);

  /// Appends the encoder to `graph` and returns its last hidden state `[batch, sequence, hidden]`.
  Value build(GraphBuilder graph, Config config, Weights weights);

  /// Returns the classes of remote code (the last part of `auto_map`'s values) that this family
  /// reads as the architecture's own.
  default List<String> remoteClasses() {
    return List.of();
  }

  /// Appends the architecture's classifier to the last hidden state and returns its logits `[batch,
  /// labels]`.
  default Value classify(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    throw without(config, "a classifier");
  }

  /// Appends the architecture's masked-language-model head to the last hidden state and returns a
  /// score for each entry of the vocabulary `[batch, sequence, vocabulary]`.
  default Value predict(GraphBuilder graph, Config config, Weights weights, Value tokens) {
    throw without(config, "a masked language model");
  }

  /// Returns the matrix `[vocabulary, hidden]` that turns the last hidden state into scores of the
  /// next token.
  default Constant nextToken(Config config, Weights weights) {
    throw without(config, "a causal language model");
  }

  private static Problem without(Config config, String head) {
    return new Problem(
        Category.UNSUPPORTED,
        config.origin() + ": " + config.architectures() + " is not supported as " + head + ".",
        "Embark knows no such head of this architecture.",
        "Convert a model of another architecture, or ask for the feature.");
  }
}
