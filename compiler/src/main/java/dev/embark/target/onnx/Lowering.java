package dev.embark.target.onnx;

import dev.embark.bundle.Pooling;
import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.graph.Bias;
import dev.embark.graph.Node;
import dev.embark.graph.Op;
import dev.embark.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Says each operation of the graph in ONNX operators
/// (<https://github.com/onnx/onnx/blob/main/docs/Operators.md>), or in ONNX Runtime's
/// (<https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md>).
///
/// A result keeps the name of its value; what lies between is called after it.
final class Lowering {
  /// Added to the scores of keys that are not seen: the most negative float, as transformers does.
  private static final double UNSEEN = -Float.MAX_VALUE;

  private static final long TYPE_FLOAT = 1;
  private static final long TYPE_INT32 = 6;
  private static final long TYPE_INT64 = 7;
  private static final long TYPE_BOOL = 9;

  private final NodeList nodes;
  private final Flavor flavor;

  /// What several operations derive from one value, such as a mask in another form.
  private final Map<String, String> derived = new HashMap<>();

  Lowering(NodeList nodes, Flavor flavor) {
    this.nodes = nodes;
    this.flavor = flavor;
  }

  void lower(Node node) {
    var out = node.output().name();
    switch (node.op()) {
      case Op.Positions(var ids, var start) -> positions(out, ids, start);
      case Op.Embedding(var table, var ids) ->
          nodes.node("Gather", out, List.of(nodes.parameter(table), ids.name()));
      case Op.Linear linear -> linear(out, linear);
      case Op.LayerNorm norm -> layerNorm(out, norm);
      case Op.Activate(var input, var function) ->
          new ActivationLowering(nodes, flavor).lower(out, input.name(), function);
      case Op.Attention attention -> attention(out, attention);
      case Op.PackedAttention attention -> packedAttention(out, attention);
      case Op.Add(var left, var right) ->
          nodes.node("Add", out, List.of(left.name(), right.name()));
      case Op.PooledTokens(var mask) -> {
        var equal = nodes.node("Equal", out + ".equal", List.of(mask.name(), nodes.integer(1)));
        nodes.node("Cast", out, List.of(equal), to(TYPE_INT64));
      }
      case Op.Pool(var tokens, var mask, var mode) -> pool(out, tokens, mask, mode);
      case Op.Concat(var parts) ->
          nodes.node(
              "Concat", out, parts.stream().map(Value::name).toList(), attribute("axis", -1));
      case Op.Normalize(var input) -> normalize(out, input);
    }
  }

  private void positions(String out, Value ids, long start) {
    var range = range(ids, start);
    nodes.node("Unsqueeze", out, List.of(range, nodes.integers(0)));
  }

  /// Returns `start, start + 1, …`, one number for each token of `tokens` `[batch, sequence, …]`.
  private String range(Value tokens, long start) {
    return once(
        tokens.name() + ".range_" + start,
        name -> {
          var shape =
              nodes.node(
                  "Shape",
                  name + ".shape",
                  List.of(tokens.name()),
                  attribute("start", 1),
                  attribute("end", 2));
          var length = nodes.node("Squeeze", name + ".length", List.of(shape, nodes.integers(0)));
          var end =
              start == 0
                  ? length
                  : nodes.node("Add", name + ".end", List.of(length, nodes.integer(start)));
          return nodes.node("Range", name, List.of(nodes.integer(start), end, nodes.integer(1)));
        });
  }

  private void linear(String out, Op.Linear linear) {
    var inputs = List.of(linear.input().name(), nodes.transposedParameter(linear.weight()));
    switch (linear.bias()) {
      case Bias.None() -> nodes.node("MatMul", out, inputs);
      case Bias.Of(var vector) -> {
        var product = nodes.node("MatMul", out + ".product", inputs);
        nodes.node("Add", out, List.of(product, nodes.parameter(vector)));
      }
    }
  }

  private void layerNorm(String out, Op.LayerNorm norm) {
    var weight = nodes.parameter(norm.weight());
    switch (flavor) {
      case PORTABLE -> {
        var inputs =
            switch (norm.bias()) {
              case Bias.None() -> List.of(norm.input().name(), weight);
              case Bias.Of(var vector) ->
                  List.of(norm.input().name(), weight, nodes.parameter(vector));
            };
        nodes.node(
            "LayerNormalization",
            out,
            inputs,
            attribute("axis", -1),
            new OnnxAttribute.Real("epsilon", (float) norm.epsilon()));
      }
      case ORT -> layerNormInParts(out, norm, weight);
    }
  }

  /// ONNX Runtime's layer norm is one scalar loop; its elementwise operators are vectorised, so the
  /// parts are faster than the whole.
  private void layerNormInParts(String out, Op.LayerNorm norm, String weight) {
    var input = norm.input().name();
    var mean = reduce("ReduceMean", out + ".mean", input, -1);
    var centered = nodes.node("Sub", out + ".centered", List.of(input, mean));
    var squares = nodes.node("Mul", out + ".squares", List.of(centered, centered));
    var variance = reduce("ReduceMean", out + ".variance", squares, -1);
    var shifted =
        nodes.node("Add", out + ".shifted", List.of(variance, nodes.scalar(norm.epsilon())));
    var deviation = nodes.node("Sqrt", out + ".deviation", List.of(shifted));
    var scaled = nodes.node("Div", out + ".scaled", List.of(centered, deviation));
    switch (norm.bias()) {
      case Bias.None() -> nodes.node("Mul", out, List.of(scaled, weight));
      case Bias.Of(var vector) -> {
        var weighted = nodes.node("Mul", out + ".weighted", List.of(scaled, weight));
        nodes.node("Add", out, List.of(weighted, nodes.parameter(vector)));
      }
    }
  }

  private void attention(String out, Op.Attention attention) {
    long hidden = attention.query().shape().size(2);
    long size = hidden / attention.heads();
    var split = nodes.integers(0, 0, attention.heads(), size);
    // Scaling the query costs [sequence, hidden] products, scaling the scores [sequence, sequence].
    var scaled =
        nodes.node(
            "Mul",
            out + ".scaled",
            List.of(attention.query().name(), nodes.scalar(attention.scale())));
    var query = heads(out + ".query", scaled, split, 0L, 2L, 1L, 3L);
    var key = heads(out + ".key", attention.key().name(), split, 0L, 2L, 3L, 1L);
    var value = heads(out + ".value", attention.value().name(), split, 0L, 2L, 1L, 3L);
    var scores = nodes.node("MatMul", out + ".scores", List.of(query, key));
    var masked = nodes.node("Add", out + ".masked", List.of(scores, unseenKeys(attention.mask())));
    var weights = nodes.node("Softmax", out + ".weights", List.of(masked), attribute("axis", -1));
    var attended = nodes.node("MatMul", out + ".attended", List.of(weights, value));
    var merged =
        nodes.node(
            "Transpose",
            out + ".merged",
            List.of(attended),
            new OnnxAttribute.Ints("perm", List.of(0L, 2L, 1L, 3L)));
    nodes.node("Reshape", out, List.of(merged, nodes.integers(0, 0, hidden)));
  }

  /// `[batch, sequence, heads·size]` split into heads, its axes then in the order given.
  private String heads(String name, String input, String split, Long... axes) {
    var parts = nodes.node("Reshape", name + ".split", List.of(input, split));
    return nodes.node(
        "Transpose", name, List.of(parts), new OnnxAttribute.Ints("perm", List.of(axes)));
  }

  /// Returns `[batch, 1, 1, sequence]`: 0 where a key is seen, the most negative float elsewhere.
  private String unseenKeys(Value mask) {
    return once(
        mask.name() + ".unseen",
        name -> {
          var wide =
              nodes.node("Unsqueeze", name + ".wide", List.of(seen(mask), nodes.integers(1, 2)));
          return nodes.node("Where", name, List.of(wide, nodes.scalar(0), nodes.scalar(UNSEEN)));
        });
  }

  /// Returns the mask as truth values `[batch, sequence]`.
  private String seen(Value mask) {
    return once(
        mask.name() + ".seen",
        name -> nodes.node("Cast", name, List.of(mask.name()), to(TYPE_BOOL)));
  }

  private void packedAttention(String out, Op.PackedAttention attention) {
    if (flavor != Flavor.ORT) {
      throw new IllegalStateException("packed attention is an operator of ONNX Runtime only");
    }
    var mask =
        once(
            attention.mask().name() + ".int32",
            name -> nodes.node("Cast", name, List.of(attention.mask().name()), to(TYPE_INT32)));
    nodes.node(
        NodeList.MICROSOFT,
        "Attention",
        out,
        List.of(
            attention.input().name(),
            nodes.transposedParameter(attention.weight()),
            nodes.parameter(attention.bias()),
            mask),
        List.of(
            attribute("num_heads", attention.heads()),
            new OnnxAttribute.Real("scale", (float) attention.scale())));
  }

  /// All modes but the maximum are a weighted sum of the tokens: weights `[batch, 1, sequence]`
  /// times tokens `[batch, sequence, hidden]`.
  private void pool(String out, Value tokens, Value mask, Pooling mode) {
    if (mode == Pooling.MAX) {
      var wide = nodes.node("Unsqueeze", out + ".wide", List.of(seen(mask), nodes.integers(2)));
      var counted =
          nodes.node("Where", out + ".counted", List.of(wide, tokens.name(), nodes.scalar(UNSEEN)));
      nodes.node(
          "ReduceMax",
          out,
          List.of(counted),
          new OnnxAttribute.Ints("axes", List.of(1L)),
          attribute("keepdims", 0));
      return;
    }
    var weights = poolingWeights(out, mask, mode);
    var row = nodes.node("Unsqueeze", out + ".row", List.of(weights, nodes.integers(1)));
    var sum = nodes.node("MatMul", out + ".sum", List.of(row, tokens.name()));
    nodes.node("Squeeze", out, List.of(sum, nodes.integers(1)));
  }

  /// Returns the factor of each token `[batch, sequence]`.
  private String poolingWeights(String out, Value mask, Pooling mode) {
    var counted =
        once(
            mask.name() + ".counted",
            name -> nodes.node("Cast", name, List.of(seen(mask)), to(TYPE_FLOAT)));
    return switch (mode) {
      case CLS -> onlyLargest(out, counted, mask);
      case LAST_TOKEN -> onlyLargest(out, byPosition(out, counted, mask), mask);
      case MEAN -> nodes.node("Div", out + ".share", List.of(counted, total(out, counted)));
      case MEAN_SQRT_LEN -> {
        var root = nodes.node("Sqrt", out + ".root", List.of(total(out, counted)));
        yield nodes.node("Div", out + ".share", List.of(counted, root));
      }
      case WEIGHTED_MEAN -> {
        var weighted = byPosition(out, counted, mask);
        yield nodes.node("Div", out + ".share", List.of(weighted, total(out, weighted)));
      }
      case MAX -> throw new IllegalStateException("a maximum is no weighted sum");
    };
  }

  /// Returns 1 for the first of the largest weights of each text, 0 for all others.
  private String onlyLargest(String out, String weights, Value mask) {
    var index =
        nodes.node(
            "ArgMax",
            out + ".index",
            List.of(weights),
            attribute("axis", 1),
            attribute("keepdims", 1));
    var chosen = nodes.node("Equal", out + ".chosen", List.of(range(mask, 0), index));
    return nodes.node("Cast", out + ".only", List.of(chosen), to(TYPE_FLOAT));
  }

  /// Returns `weights` times the position of each token, counted from 1.
  private String byPosition(String out, String weights, Value mask) {
    var positions = nodes.node("Cast", out + ".positions", List.of(range(mask, 1)), to(TYPE_FLOAT));
    return nodes.node("Mul", out + ".weighted", List.of(weights, positions));
  }

  private String total(String out, String weights) {
    var sum =
        nodes.node(
            "ReduceSum",
            out + ".count",
            List.of(weights, nodes.integers(1)),
            attribute("keepdims", 1));
    return nodes.node("Max", out + ".total", List.of(sum, nodes.scalar(1e-9)));
  }

  private void normalize(String out, Value input) {
    var length = reduce("ReduceL2", out + ".length", input.name(), -1);
    var safe = nodes.node("Max", out + ".safe", List.of(length, nodes.scalar(1e-12)));
    nodes.node("Div", out, List.of(input.name(), safe));
  }

  private String reduce(String opType, String out, String input, long axis) {
    return nodes.node(
        opType,
        out,
        List.of(input),
        new OnnxAttribute.Ints("axes", List.of(axis)),
        attribute("keepdims", 1));
  }

  private String once(String name, Function<String, String> emit) {
    var known = derived.get(name);
    if (known != null) {
      return known;
    }
    var emitted = emit.apply(name);
    derived.put(name, emitted);
    return emitted;
  }

  private static OnnxAttribute attribute(String name, long value) {
    return new OnnxAttribute.Int(name, value);
  }

  private static OnnxAttribute to(long type) {
    return attribute("to", type);
  }
}
