package dev.embark.target.onnx;

import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.graph.Distances;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.Rotation;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Says attention, and what belongs to it, in ONNX operators.
final class AttentionLowering {
  private final NodeList nodes;
  private final Masks masks;
  private final Flavor flavor;
  private final Map<Rotation, String> rotations = new HashMap<>();
  private final Map<Rows, String> rows = new HashMap<>();

  /// What the rows of position scores depend on, besides the sizes of the batch: all layers of a
  /// model have them in common.
  private record Rows(Distances distances, int heads) {}

  AttentionLowering(NodeList nodes, Masks masks, Flavor flavor) {
    this.nodes = nodes;
    this.flavor = flavor;
    this.masks = masks;
  }

  void attention(String out, Op.Attention attention) {
    if (flavor == Flavor.ORT && isFused(attention)) {
      fusedAttention(out, attention);
    } else {
      attentionInParts(out, attention);
    }
  }

  /// ONNX Runtime fuses attentions that see everything, each head with a key of its own.
  private static boolean isFused(Op.Attention attention) {
    return attention.heads().sight() instanceof Sight.All && attention.heads().group() == 1;
  }

  private void fusedAttention(String out, Op.Attention attention) {
    var inputs = new ArrayList<String>();
    inputs.add(attention.query().name());
    inputs.add(attention.key().name());
    inputs.add(attention.value().name());
    inputs.add(""); // the biases of the three are added already
    inputs.add(masks.integers(attention.mask()));
    if (attention.bias() instanceof ScoreBias.Of(var bias)) {
      inputs.add(bias.name());
    }
    nodes.node(
        NodeList.MICROSOFT,
        "MultiHeadAttention",
        out,
        inputs,
        List.of(
            NodeList.attribute("num_heads", attention.heads().query()),
            new OnnxAttribute.Real("scale", (float) attention.heads().scale())));
  }

  private void attentionInParts(String out, Op.Attention attention) {
    var heads = attention.heads();
    long hidden = attention.query().shape().size(2);
    // Scaling the query costs [sequence, hidden] products, scaling the scores [sequence, sequence].
    var scaled = attention.query().name();
    if (heads.scale() != 1) {
      scaled = nodes.node("Mul", out + ".scaled", List.of(scaled, nodes.scalar(heads.scale())));
    }
    var form = Form.of(heads, hidden / heads.query());
    var query = parts(out + ".query", scaled, form.query(), form.rows());
    var key = parts(out + ".key", attention.key().name(), form.key(), form.columns());
    var value = parts(out + ".value", attention.value().name(), form.key(), form.rows());
    var scores = nodes.node("MatMul", out + ".scores", List.of(query, key));
    if (attention.bias() instanceof ScoreBias.Of(var bias)) {
      scores = nodes.node("Add", out + ".biased", List.of(scores, bias.name()));
    }
    var unseen = masks.unseenKeys(attention.mask(), heads.sight());
    if (heads.group() > 1) {
      unseen =
          nodes.once(
              unseen + ".grouped",
              name ->
                  nodes.node(
                      "Unsqueeze",
                      name,
                      List.of(
                          masks.unseenKeys(attention.mask(), heads.sight()), nodes.integers(1))));
    }
    var masked = nodes.node("Add", out + ".masked", List.of(scores, unseen));
    var weights =
        nodes.node("Softmax", out + ".weights", List.of(masked), NodeList.attribute("axis", -1));
    var attended = nodes.node("MatMul", out + ".attended", List.of(weights, value));
    var merged =
        nodes.node(
            "Transpose",
            out + ".merged",
            List.of(attended),
            new OnnxAttribute.Ints("perm", form.merged()));
    nodes.node("Reshape", out, List.of(merged, nodes.integers(0, 0, hidden)));
  }

  /// How values are split into heads and which axis goes where. Heads that share a key are a fifth
  /// axis, over which the matrix product repeats the key without a copy.
  private record Form(
      List<Long> query, List<Long> key, List<Long> rows, List<Long> columns, List<Long> merged) {
    static Form of(Heads heads, long size) {
      return heads.group() == 1
          ? new Form(
              List.of(0L, 0L, (long) heads.query(), size),
              List.of(0L, 0L, (long) heads.query(), size),
              List.of(0L, 2L, 1L, 3L),
              List.of(0L, 2L, 3L, 1L),
              List.of(0L, 2L, 1L, 3L))
          : new Form(
              List.of(0L, 0L, (long) heads.keyValue(), (long) heads.group(), size),
              List.of(0L, 0L, (long) heads.keyValue(), 1L, size),
              List.of(0L, 2L, 3L, 1L, 4L),
              List.of(0L, 2L, 3L, 4L, 1L),
              List.of(0L, 3L, 1L, 2L, 4L));
    }
  }

  /// Returns `[batch, sequence, heads·size]` split, its axes then in the order given.
  private String parts(String name, String input, List<Long> split, List<Long> axes) {
    var parts = nodes.node("Reshape", name + ".split", List.of(input, nodes.integers(split)));
    return nodes.node("Transpose", name, List.of(parts), new OnnxAttribute.Ints("perm", axes));
  }

  void packedAttention(String out, Op.PackedAttention attention) {
    nodes.node(
        NodeList.MICROSOFT,
        "Attention",
        out,
        List.of(
            attention.input().name(),
            nodes.transposedParameter(attention.weight()),
            nodes.parameter(attention.bias()),
            masks.integers(attention.mask())),
        List.of(
            NodeList.attribute("num_heads", attention.heads()),
            new OnnxAttribute.Real("scale", (float) attention.scale())));
  }

  void rotate(String out, Value input, Rotation rotation) {
    long width = input.shape().size(2);
    long half = rotation.size() / 2;
    var table =
        rotations.computeIfAbsent(
            rotation, _ -> angles("rotation_" + rotations.size(), input, rotation));
    var heads =
        nodes.node(
            "Reshape",
            out + ".heads",
            List.of(input.name(), nodes.integers(0, 0, width / rotation.size(), rotation.size())));
    var left = slice(out + ".left", heads, 0, half);
    var right = slice(out + ".right", heads, half, 2 * half);
    var cosine = table + ".cosine";
    var sine = table + ".sine";
    var a = nodes.node("Mul", out + ".left_cosine", List.of(left, cosine));
    var b = nodes.node("Mul", out + ".right_sine", List.of(right, sine));
    var c = nodes.node("Mul", out + ".right_cosine", List.of(right, cosine));
    var d = nodes.node("Mul", out + ".left_sine", List.of(left, sine));
    var first = nodes.node("Sub", out + ".first", List.of(a, b));
    var second = nodes.node("Add", out + ".second", List.of(c, d));
    var joined =
        nodes.node(
            "Concat", out + ".joined", List.of(first, second), NodeList.attribute("axis", -1));
    nodes.node("Reshape", out, List.of(joined, nodes.integers(0, 0, width)));
  }

  private String slice(String name, String input, long from, long to) {
    return nodes.node(
        "Slice",
        name,
        List.of(input, nodes.integers(from), nodes.integers(to), nodes.integers(-1)));
  }

  /// Emits `NAME.cosine` and `NAME.sine` `[sequence, 1, size / 2]`.
  private String angles(String name, Value tokens, Rotation rotation) {
    var range = masks.range(tokens, 0);
    var positions =
        nodes.node("Cast", name + ".positions", List.of(range), NodeList.to(NodeList.TYPE_FLOAT));
    var column =
        nodes.node("Unsqueeze", name + ".column", List.of(positions, nodes.integers(1, 2)));
    var angles =
        nodes.node(
            "Mul",
            name + ".angles",
            List.of(column, nodes.reals(name + ".frequencies", rotation.frequencies())));
    if (rotation.factor() == 1) {
      nodes.node("Cos", name + ".cosine", List.of(angles));
      nodes.node("Sin", name + ".sine", List.of(angles));
    } else {
      var factor = nodes.scalar(rotation.factor());
      var cosine = nodes.node("Cos", name + ".plain_cosine", List.of(angles));
      var sine = nodes.node("Sin", name + ".plain_sine", List.of(angles));
      nodes.node("Mul", name + ".cosine", List.of(cosine, factor));
      nodes.node("Mul", name + ".sine", List.of(sine, factor));
    }
    return name;
  }

  void distanceBias(String out, Op.DistanceBias bias) {
    int reach = (int) bias.table().shape().size(0) / 2;
    var scores =
        nodes.node(
            "Gather",
            out + ".scores",
            List.of(nodes.parameter(bias.table()), masks.boundedDistances(bias.ids(), reach)));
    var byHead =
        nodes.node(
            "Transpose",
            out + ".by_head",
            List.of(scores),
            new OnnxAttribute.Ints("perm", List.of(2L, 0L, 1L)));
    nodes.node("Unsqueeze", out, List.of(byHead, nodes.integers(0)));
  }

  void positionScores(String out, Op.PositionScores scores) {
    long size = scores.tokens().shape().size(2) / scores.heads();
    var scaled =
        nodes.node(
            "Mul", out + ".scaled", List.of(scores.tokens().name(), nodes.scalar(scores.scale())));
    var tokens =
        parts(
            out + ".tokens",
            scaled,
            List.of(0L, 0L, (long) scores.heads(), size),
            List.of(0L, 2L, 1L, 3L));
    var positions =
        parts(
            out + ".positions",
            scores.positions().name(),
            List.of(0L, (long) scores.heads(), size),
            List.of(1L, 2L, 0L));
    var products = nodes.node("MatMul", out + ".products", List.of(tokens, positions));
    var wanted = new Rows(scores.distances(), scores.heads());
    var row = rows.computeIfAbsent(wanted, _ -> rows("position_rows_" + rows.size(), scores));
    switch (scores.distances().side()) {
      case LOOKING ->
          nodes.node("GatherElements", out, List.of(products, row), NodeList.attribute("axis", 3));
      case SEEN -> {
        var turned =
            nodes.node(
                "GatherElements",
                out + ".turned",
                List.of(products, row),
                NodeList.attribute("axis", 3));
        nodes.node(
            "Transpose",
            out,
            List.of(turned),
            new OnnxAttribute.Ints("perm", List.of(0L, 1L, 3L, 2L)));
      }
    }
  }

  /// Returns the row of each pair of tokens `[batch, heads, sequence, sequence]`, the token that is
  /// multiplied first.
  private String rows(String out, Op.PositionScores scores) {
    var tokens = scores.tokens();
    var distances = scores.distances();
    var bounded = masks.boundedDistances(tokens, distances.reach());
    var table = nodes.wholes(out + ".rows", distances.rows());
    var rows = nodes.node("Gather", out + ".row", List.of(table, bounded));
    if (distances.side() == Distances.Side.SEEN) {
      rows =
          nodes.node(
              "Transpose",
              out + ".row_turned",
              List.of(rows),
              new OnnxAttribute.Ints("perm", List.of(1L, 0L)));
    }
    var sequence = masks.sequence(tokens);
    var shape =
        nodes.node(
            "Concat",
            out + ".shape",
            List.of(masks.dimension(tokens, 0), nodes.integers(scores.heads()), sequence, sequence),
            NodeList.attribute("axis", 0));
    return nodes.node("Expand", out + ".expanded", List.of(rows, shape));
  }
}
