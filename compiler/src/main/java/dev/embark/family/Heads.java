package dev.embark.family;

import dev.embark.bundle.Output;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Config;
import dev.embark.checkpoint.Weights;
import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.GraphBuilder;
import dev.embark.graph.Value;
import dev.embark.tensor.Weight;

/// What follows an encoder, appended to its graph: token vectors `[batch, sequence, hidden]` become
/// what the pipeline lists.
record Heads(Family family, GraphBuilder graph, Config config, Weights weights) {
  Value append(Output output, Value tokens) {
    return switch (output) {
      case Output.Embedding embedding ->
          SentenceHead.append(graph, tokens, embedding.steps(), weights);
      case Output.MultiVector vectors ->
          SentenceHead.append(graph, tokens, vectors.steps(), weights);
      case Output.Lexical lexical -> lexical(lexical, tokens);
      case Output.Sparse sparse -> sparse(sparse, tokens);
      case Output.Score(_, _, _, var head) -> score(head, tokens);
    };
  }

  /// Returns `[batch, sequence, 1]`.
  private Value lexical(Output.Lexical lexical, Value tokens) {
    var weight = graph.linear(tokens, weights.scope(lexical.path() + "/linear"), 1);
    return graph.activate(weight, Activation.RELU);
  }

  /// Returns `[batch, vocabulary]`. The maximum is taken first where it is asked for: the functions
  /// after it never fall, and are computed once instead of for each token.
  private Value sparse(Output.Sparse sparse, Value tokens) {
    var scores = family.predict(graph, config, weights, tokens); // [batch, sequence, vocabulary]
    var mask = graph.tokens("attention_mask");
    return switch (sparse.strategy()) {
      case MAX -> saturated(graph.pool(scores, mask, Pooling.MAX), sparse);
      case SUM -> graph.sumTokens(saturated(scores, sparse), mask);
    };
  }

  private Value saturated(Value scores, Output.Sparse sparse) {
    var once = graph.activate(scores, Activation.LOG1P_RELU);
    return switch (sparse.saturation()) {
      case ONCE -> once;
      case TWICE -> graph.activate(once, Activation.LOG1P_RELU);
    };
  }

  /// Returns `[batch, labels]`.
  private Value score(ScoreHead head, Value tokens) {
    return switch (head) {
      case ScoreHead.Classifier() -> family.classify(graph, config, weights, tokens);
      case ScoreHead.Preference(var trueId, var falseId) -> {
        var last = graph.pool(tokens, graph.tokens("attention_mask"), Pooling.LAST_TOKEN);
        var whole = family.nextToken(config, weights);
        // One row of the difference says the same as the whole matrix, and is no 600 MB.
        var row = new Weight.RowDifference(whole.weight(), trueId, falseId);
        yield graph.linear(
            last, "preference", new Constant(whole.name() + ".preference", row), new Bias.None());
      }
    };
  }
}
