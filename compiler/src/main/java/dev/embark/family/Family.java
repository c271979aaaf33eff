package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
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

  /// Returns the longest sequence the checkpoint has positions for, special tokens included.
  int positionsMax(Config config);

  /// Returns the weights under the names `build` asks for; what an encoder does not need is
  /// declared unused.
  Weights sanitize(Weights weights);

  /// Appends the encoder to `graph` and returns its last hidden state `[batch, sequence, hidden]`.
  Value build(GraphBuilder graph, Config config, Weights weights);
}
