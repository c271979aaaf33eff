package dev.embark.graph;

import dev.embark.bundle.Pooling;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Encoding;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.List;

/// What an operation yields, from what it reads. A misfit is a defect of whoever built the graph.
final class ShapeInference {
  /// Element type and shape of a result.
  record Yield(ElementType type, Shape shape) {}

  private ShapeInference() {}

  static Yield infer(Op op) {
    return switch (op) {
      case Op.Parameter(var constant) -> floats(constant.shape());
      case Op.Positions(var ids, _) -> {
        requireRank(op, ids, 2);
        yield new Yield(ElementType.I64, Shape.of(new Dim.Fixed(1), ids.shape().dim(1)));
      }
      case Op.TokenPositions(var ids, _) -> {
        requireRank(op, ids, 2);
        yield new Yield(ElementType.I64, ids.shape());
      }
      case Op.Embedding(var table, var ids) -> {
        var dims = new ArrayList<>(ids.shape().dims());
        dims.add(table.shape().dim(1));
        yield floats(new Shape(dims));
      }
      case Op.Linear(var input, var weight, var bias) -> product(op, input, weight, bias);
      case Op.IntegerLinear(var input, var weight, var bias) -> {
        require(
            op,
            weight.weight() instanceof Weight.Encoded(_, Encoding.Integers integers)
                && integers.bits() == 8
                && integers.block() == weight.weight().rowLength()
                && integers.zero() == Encoding.Integers.Zero.FIXED
                && integers.range() == Encoding.Integers.Range.PAIR,
            weight + " has no 8-bit rows that fit 16-bit sums of pairs");
        yield product(op, input, weight, bias);
      }
      case Op.LayerNorm(var input, var weight, var bias, _) -> {
        requireEqual(op, input.shape().dim(-1), weight.shape().dim(0));
        requireVector(op, bias, weight.shape().dim(0));
        yield floats(input.shape());
      }
      case Op.RmsNorm(var input, var weight, _) ->
          floats(split(op, input, weight.shape().size(0)).shape());
      case Op.Activate(var input, _) -> floats(input.shape());
      case Op.Rotate(var input, var rotation) -> {
        requireRank(op, input, 3);
        yield floats(split(op, input, rotation.size()).shape());
      }
      case Op.Attention attention -> attention(attention);
      case Op.PackedAttention attention -> packedAttention(attention);
      case Op.DistanceBias(var ids, var table) -> {
        requireRank(op, ids, 2);
        require(op, table.shape().size(0) % 2 == 1, table + " has no middle");
        var sequence = ids.shape().dim(1);
        yield floats(Shape.of(new Dim.Fixed(1), table.shape().dim(1), sequence, sequence));
      }
      case Op.PositionScores scores -> positionScores(scores);
      case Op.Mixture(var input, var experts) -> {
        requireExperts(op, experts, input.shape().size(-1));
        yield floats(input.shape());
      }
      case Op.Add(var left, var right) -> floats(broadcast(op, left.shape(), right.shape()));
      case Op.Multiply(var left, var right) -> floats(broadcast(op, left.shape(), right.shape()));
      case Op.Scale(var input, _) -> floats(input.shape());
      case Op.Slice(var input, var first, var count) -> {
        require(
            op,
            first >= 0 && count > 0 && first + count <= input.shape().size(-1),
            input + " has no values " + first + " to " + (first + count));
        yield floats(input.shape().withLast(new Dim.Fixed(count)));
      }
      case Op.PooledTokens(var mask) -> new Yield(mask.type(), mask.shape());
      case Op.Pool(var tokens, var mask, Pooling _) -> pooled(op, tokens, mask);
      case Op.SumTokens(var tokens, var mask) -> pooled(op, tokens, mask);
      case Op.Concat(var parts) -> floats(concatenate(parts));
      case Op.Normalize(var input) -> floats(input.shape());
    };
  }

  private static Yield attention(Op.Attention op) {
    var query = op.query().shape();
    var heads = op.heads();
    requireRank(op, op.query(), 3);
    requireRank(op, op.mask(), 2);
    require(
        op,
        query.size(2) % heads.query() == 0,
        op.query() + " does not split into " + heads.query() + " heads");
    var shared = query.withLast(new Dim.Fixed(query.size(2) / heads.query() * heads.keyValue()));
    require(op, op.key().shape().equals(shared), op.key() + " is not " + shared);
    require(op, op.value().shape().equals(shared), op.value() + " is not " + shared);
    if (op.bias() instanceof ScoreBias.Of(var bias)) {
      requireRank(op, bias, 4);
      require(op, heads.group() == 1, "heads that share keys take no bias");
      requireEqual(op, bias.shape().dim(1), new Dim.Fixed(heads.query()));
    }
    return floats(query);
  }

  private static Yield packedAttention(Op.PackedAttention op) {
    requireRank(op, op.input(), 3);
    requireRank(op, op.mask(), 2);
    long hidden = op.input().shape().size(2);
    requireShape(op, op.weight(), Shape.of(3 * hidden, hidden));
    requireShape(op, op.bias(), Shape.of(3 * hidden));
    split(op, op.input(), hidden / op.heads());
    return floats(op.input().shape());
  }

  private static Yield positionScores(Op.PositionScores op) {
    var tokens = op.tokens();
    var positions = op.positions();
    requireRank(op, tokens, 3);
    requireEqual(op, tokens.shape().dim(2), positions.shape().dim(1));
    split(op, tokens, tokens.shape().size(2) / op.heads());
    for (int row : op.distances().rows()) {
      require(op, row >= 0 && row < positions.shape().size(0), "row " + row + " is not there");
    }
    var sequence = tokens.shape().dim(1);
    return floats(Shape.of(tokens.shape().dim(0), new Dim.Fixed(op.heads()), sequence, sequence));
  }

  private static void requireExperts(Op op, Experts experts, long hidden) {
    long inner = (long) experts.count() * experts.intermediate();
    requireShape(op, experts.router(), Shape.of(experts.count(), hidden));
    requireShape(op, experts.inner(), Shape.of(inner, hidden));
    requireShape(op, experts.outer(), Shape.of(inner, hidden));
    requireShape(op, experts.bias(), Shape.of(hidden));
  }

  private static Yield pooled(Op op, Value tokens, Value mask) {
    requireRank(op, tokens, 3);
    requireRank(op, mask, 2);
    return floats(Shape.of(tokens.shape().dim(0), tokens.shape().dim(2)));
  }

  /// Returns `input`, whose last axis falls into parts of `size` values.
  private static Value split(Op op, Value input, long size) {
    require(
        op,
        size > 0 && input.shape().size(-1) % size == 0,
        input + " does not split into parts of " + size + " values");
    return input;
  }

  private static Yield floats(Shape shape) {
    return new Yield(ElementType.F32, shape);
  }

  private static Shape concatenate(List<Value> parts) {
    long last = parts.stream().mapToLong(part -> part.shape().size(-1)).sum();
    return parts.getFirst().shape().withLast(new Dim.Fixed(last));
  }

  private static Shape broadcast(Op op, Shape left, Shape right) {
    require(op, right.rank() <= left.rank(), right + " has more dimensions than " + left);
    var dims = new ArrayList<>(left.dims());
    var one = new Dim.Fixed(1);
    for (int axis = -1; axis >= -right.rank(); axis--) {
      var stretched = left.dim(axis).equals(one) ? right.dim(axis) : left.dim(axis);
      require(
          op,
          right.dim(axis).equals(one) || right.dim(axis).equals(stretched),
          left + " and " + right + " do not broadcast");
      dims.set(left.rank() + axis, stretched);
    }
    return new Shape(dims);
  }

  private static Yield product(Op op, Value input, Constant weight, Bias bias) {
    require(op, weight.shape().rank() == 2, weight + " is not a matrix");
    requireEqual(op, input.shape().dim(-1), weight.shape().dim(1));
    requireVector(op, bias, weight.shape().dim(0));
    return floats(input.shape().withLast(weight.shape().dim(0)));
  }

  private static void requireVector(Op op, Bias bias, Dim length) {
    switch (bias) {
      case Bias.None() -> {}
      case Bias.Of(var vector) ->
          require(op, vector.shape().equals(Shape.of(length)), vector + " is not " + length);
    }
  }

  private static void requireShape(Op op, Constant constant, Shape expected) {
    require(op, constant.shape().equals(expected), constant + " is not " + expected);
  }

  private static void requireRank(Op op, Value value, int rank) {
    require(
        op, value.shape().rank() == rank, value + " " + value.shape() + " is not of rank " + rank);
  }

  private static void requireEqual(Op op, Dim actual, Dim expected) {
    require(op, actual.equals(expected), "dimension " + actual + " meets " + expected);
  }

  private static void require(Op op, boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(op.getClass().getSimpleName() + ": " + otherwise);
    }
  }
}
