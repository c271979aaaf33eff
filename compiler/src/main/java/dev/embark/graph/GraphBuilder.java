package dev.embark.graph;

import dev.embark.bundle.Pooling;
import dev.embark.checkpoint.Weights;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Builds a graph in execution order: each method appends one node and returns its value.
///
/// Layers take their parameters from a scope of the checkpoint's weights and check the shapes
/// there. Values are named after the layer that makes them, so that a printed graph and an ONNX
/// viewer speak the words of the checkpoint.
public final class GraphBuilder {
  private final String name;
  private final List<Value> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Value> outputs = new ArrayList<>();
  private final Map<String, Integer> uses = new HashMap<>();

  /// Starts an empty graph.
  public GraphBuilder(String name) {
    this.name = name;
  }

  /// Returns the int64 input `[batch, sequence]` of this name, declared at the first call.
  public Value tokens(String inputName) {
    for (var input : inputs) {
      if (input.name().equals(inputName)) {
        return input;
      }
    }
    return input(
        inputName, ElementType.I64, Shape.of(new Dim.Named("batch"), new Dim.Named("sequence")));
  }

  /// Declares an input of any kind, for a graph that goes on where another one ends.
  public Value input(String inputName, ElementType type, Shape shape) {
    var input = new Value(unique(inputName), type, shape);
    inputs.add(input);
    return input;
  }

  /// Appends position numbers from `start` on for `ids` `[batch, sequence]`.
  public Value positions(Value ids, long start) {
    return append("position_ids", new Op.Positions(ids, start));
  }

  /// Appends position numbers that leave out what is `padId` in `ids` `[batch, sequence]`.
  public Value tokenPositions(Value ids, long padId) {
    return append("position_ids", new Op.TokenPositions(ids, padId));
  }

  /// Appends a trained parameter as a value.
  public Value parameter(Constant constant) {
    return append(constant.name() + ".value", new Op.Parameter(constant));
  }

  /// Appends a lookup in `weight` `[rows, width]` of the scope: `[…, width]`.
  public Value embedding(Value ids, Weights scope, long rows, long width) {
    return append(scope.name(), new Op.Embedding(parameter(scope, "weight", rows, width), ids));
  }

  /// Appends a lookup in a table that is made from one of the checkpoint.
  public Value embedding(Value ids, Constant table) {
    return append("embedding", new Op.Embedding(table, ids));
  }

  /// Appends a linear layer with `weight` `[out, in]` and `bias` `[out]` of the scope.
  public Value linear(Value input, Weights scope, long out) {
    var weight = parameter(scope, "weight", out, input.shape().size(-1));
    var bias = new Bias.Of(parameter(scope, "bias", out));
    return append(scope.name(), new Op.Linear(input, weight, bias));
  }

  /// Appends a linear layer with `weight` `[out, in]` of the scope and no bias.
  public Value linearWithoutBias(Value input, Weights scope, long out) {
    var weight = parameter(scope, "weight", out, input.shape().size(-1));
    return append(scope.name(), new Op.Linear(input, weight, new Bias.None()));
  }

  /// Appends a linear layer with a weight `[out, in]` made from one of the checkpoint.
  public Value linear(Value input, String hint, Constant weight, Bias bias) {
    return append(hint, new Op.Linear(input, weight, bias));
  }

  /// Appends an RMS norm with `weight` `[size]` of the scope over each part of `size` values.
  public Value rmsNorm(Value input, Weights scope, double epsilon, long size) {
    return rmsNorm(input, parameter(scope, "weight", size), scope.name(), epsilon);
  }

  /// Appends an RMS norm over each part of the last axis that is as long as `weight`.
  public Value rmsNorm(Value input, Constant weight, String hint, double epsilon) {
    return append(hint, new Op.RmsNorm(input, weight, epsilon));
  }

  /// Appends a layer norm over the last axis with `weight` of the scope and no bias.
  public Value layerNormWithoutBias(Value input, Weights scope, double epsilon) {
    var weight = parameter(scope, "weight", input.shape().size(-1));
    return append(scope.name(), new Op.LayerNorm(input, weight, new Bias.None(), epsilon));
  }

  /// Appends a layer norm over the last axis with `weight` and `bias` of the scope.
  public Value layerNorm(Value input, Weights scope, double epsilon) {
    long width = input.shape().size(-1);
    var weight = parameter(scope, "weight", width);
    var bias = new Bias.Of(parameter(scope, "bias", width));
    return append(scope.name(), new Op.LayerNorm(input, weight, bias, epsilon));
  }

  /// Appends `function` of each element.
  public Value activate(Value input, Activation function) {
    return append(
        input.name() + "." + function.name().toLowerCase(Locale.ROOT),
        new Op.Activate(input, function));
  }

  /// Appends multi-head attention that sees every token, with the usual scale `1/√(width of a
  /// head)`.
  public Value attention(Value query, Value key, Value value, Value mask, int heads) {
    return attention(query, key, value, mask, Heads.of(heads, query.shape().size(-1) / heads));
  }

  /// Appends multi-head attention.
  public Value attention(Value query, Value key, Value value, Value mask, Heads heads) {
    return attention(new Op.Attention(query, key, value, mask, heads, new ScoreBias.None()));
  }

  /// Appends an attention, named after the layer of its query.
  public Value attention(Op.Attention attention) {
    var query = attention.query().name();
    return append(query.substring(0, query.lastIndexOf('.') + 1) + "attention", attention);
  }

  /// Appends a rotation of each head by its position in the sequence.
  public Value rotate(Value input, Rotation rotation) {
    return append(input.name() + ".rotated", new Op.Rotate(input, rotation));
  }

  /// Appends scores by distance, from a table `[2·reach + 1, heads]`.
  public Value distanceBias(Value ids, Constant table) {
    return append(table.name() + ".scores", new Op.DistanceBias(ids, table));
  }

  /// Appends scores of tokens with relative positions.
  public Value positionScores(String hint, Op.PositionScores scores) {
    return append(hint, scores);
  }

  /// Appends a mixture of experts.
  public Value mixture(Value input, Experts experts) {
    var router = experts.router().name();
    return append(
        router.substring(0, router.indexOf("router")) + "experts", new Op.Mixture(input, experts));
  }

  /// Appends a sum; a dimension of size 1 stretches.
  public Value add(Value left, Value right) {
    return append(left.name() + ".sum", new Op.Add(left, right));
  }

  /// Appends a product; a dimension of size 1 stretches.
  public Value multiply(Value left, Value right) {
    return append(left.name() + ".product", new Op.Multiply(left, right));
  }

  /// Appends a product with a number.
  public Value scale(Value input, double factor) {
    return append(input.name() + ".scaled", new Op.Scale(input, factor));
  }

  /// Appends the first `count` values of the last axis; all of them are returned as they are.
  public Value firstValues(Value input, int count) {
    return count >= input.shape().size(-1)
        ? input
        : append(input.name() + ".first", new Op.Slice(input, 0, count));
  }

  /// Appends the mask of the tokens that pooling counts where prompts are left out.
  public Value pooledTokens(Value mask) {
    return append("pooled_tokens", new Op.PooledTokens(mask));
  }

  /// Appends pooling of `tokens` `[batch, sequence, hidden]` to `[batch, hidden]`.
  public Value pool(Value tokens, Value mask, Pooling mode) {
    return append("pooling." + mode.key(), new Op.Pool(tokens, mask, mode));
  }

  /// Appends the sum of `tokens` `[batch, sequence, hidden]`: `[batch, hidden]`.
  public Value sumTokens(Value tokens, Value mask) {
    return append("pooling.sum", new Op.SumTokens(tokens, mask));
  }

  /// Appends the parts side by side on the last axis; a single part is returned as it is.
  public Value concat(List<Value> parts) {
    return parts.size() == 1 ? parts.getFirst() : append("concat", new Op.Concat(parts));
  }

  /// Appends division by the Euclidean length of the last axis.
  public Value normalize(Value input) {
    return append("normalize", new Op.Normalize(input));
  }

  /// Lets a computed value leave the graph as `outputName`.
  public void output(String outputName, Value value) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).output().equals(value)) {
        var renamed = new Value(unique(outputName), value.type(), value.shape());
        nodes.set(i, new Node(nodes.get(i).op(), renamed));
        replaceReads(value, renamed);
        outputs.add(renamed);
        return;
      }
    }
    throw new IllegalArgumentException(value + " is not computed by this graph");
  }

  private void replaceReads(Value before, Value after) {
    nodes.replaceAll(node ->
        new Node(
            node.op().mapInputs(value -> value.equals(before) ? after : value), node.output()));
  }

  /// Returns the finished graph.
  public Graph build() {
    return new Graph(name, inputs, nodes, outputs);
  }

  /// Returns a parameter of the scope, for an operation that changes it or takes a part of it.
  public static Constant parameter(Weights scope, String parameter, long... sizes) {
    return new Constant(scope.path(parameter), scope.take(parameter, sizes));
  }

  private Value append(String hint, Op op) {
    var yield = ShapeInference.infer(op);
    var value = new Value(unique(hint), yield.type(), yield.shape());
    nodes.add(new Node(op, value));
    return value;
  }

  private String unique(String hint) {
    int use = uses.merge(hint, 1, Integer::sum);
    return use == 1 ? hint : hint + "_" + use;
  }
}
