package dev.embark.family;

import dev.embark.bundle.Step;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import java.util.List;
import java.util.Locale;

/// The sentence-transformers modules after an encoder, appended to its graph in the order of the
/// pipeline: token vectors `[batch, sequence, hidden]` become one vector `[batch, dimension]`.
final class SentenceHead {
  private SentenceHead() {}

  /// Epsilon of sentence-transformers' LayerNorm module, torch's default.
  private static final double EPSILON = 1e-5;

  static Value append(GraphBuilder graph, Value tokens, List<Step> steps, Weights weights) {
    var x = tokens;
    for (var step : steps) {
      x =
          switch (step) {
            case Step.Pool pool -> pool(graph, x, pool);
            case Step.Dense dense -> dense(graph, x, dense, weights);
            case Step.Normalize() -> graph.normalize(x);
            case Step.LayerNorm(var path, _) ->
                graph.layerNorm(x, weights.scope(path + "/norm"), EPSILON);
            case Step.Truncate(var dimension) -> graph.firstValues(x, dimension);
          };
    }
    return x;
  }

  private static Value pool(GraphBuilder graph, Value tokens, Step.Pool pool) {
    var attended = graph.tokens("attention_mask");
    var mask =
        switch (pool.promptTokens()) {
          case COUNTED -> attended;
          case LEFT_OUT -> graph.pooledTokens(attended);
        };
    return graph.concat(pool.modes().stream().map(mode -> graph.pool(tokens, mask, mode)).toList());
  }

  private static Value dense(GraphBuilder graph, Value x, Step.Dense dense, Weights weights) {
    var linear = weights.scope(dense.path() + "/linear");
    var projected =
        switch (dense.bias()) {
          case BIAS -> graph.linear(x, linear, dense.outFeatures());
          case NO_BIAS -> graph.linearWithoutBias(x, linear, dense.outFeatures());
        };
    if (dense.activation().equals("Identity")) {
      return projected;
    }
    var name = dense.activation().toLowerCase(Locale.ROOT);
    return graph.activate(projected, Activations.named(name, dense.path() + "/config.json"));
  }
}
