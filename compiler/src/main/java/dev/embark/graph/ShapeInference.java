package dev.embark.graph;

import dev.embark.bundle.Pooling;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// What an operation yields, from what it reads. A misfit is a defect of whoever built the graph.
final class ShapeInference {
  /// Element type and shape of a result.
  record Yield(ElementType type, Shape shape) {}

  private ShapeInference() {}

  static Yield infer(Op op) {
    return switch (op) {
      case Op.Positions(var ids, _) -> {
        requireRank(op, ids, 2);
        yield new Yield(ElementType.I64, Shape.of(new Dim.Fixed(1), ids.shape().dim(1)));
      }
      case Op.Embedding(var table, var ids) -> {
        var dims = new ArrayList<>(ids.shape().dims());
        dims.add(table.shape().dim(1));
        yield floats(new Shape(dims));
      }
      case Op.Linear(var input, var weight, var bias) -> {
        require(op, weight.shape().rank() == 2, weight + " is not a matrix");
        requireEqual(op, input.shape().dim(-1), weight.shape().dim(1));
        requireVector(op, bias, weight.shape().dim(0));
        yield floats(input.shape().withLast(weight.shape().dim(0)));
      }
      case Op.LayerNorm(var input, var weight, var bias, _) -> {
        requireEqual(op, input.shape().dim(-1), weight.shape().dim(0));
        requireVector(op, bias, weight.shape().dim(0));
        yield floats(input.shape());
      }
      case Op.Activate(var input, _) -> floats(input.shape());
      case Op.Attention(var query, var key, var value, var mask, var heads, _) -> {
        requireRank(op, query, 3);
        requireRank(op, mask, 2);
        require(op, query.shape().equals(key.shape()), query + " and " + key + " differ");
        require(op, query.shape().equals(value.shape()), query + " and " + value + " differ");
        require(
            op,
            query.shape().size(2) % heads == 0,
            query + " does not split into " + heads + " heads");
        yield floats(query.shape());
      }
      case Op.PackedAttention(var input, var weight, var bias, var mask, var heads, _) -> {
        requireRank(op, input, 3);
        requireRank(op, mask, 2);
        long hidden = input.shape().size(2);
        requireShape(op, weight, Shape.of(3 * hidden, hidden));
        requireShape(op, bias, Shape.of(3 * hidden));
        require(op, hidden % heads == 0, input + " does not split into " + heads + " heads");
        yield floats(input.shape());
      }
      case Op.Add(var left, var right) -> floats(broadcast(op, left.shape(), right.shape()));
      case Op.PooledTokens(var mask) -> new Yield(mask.type(), mask.shape());
      case Op.Pool(var tokens, var mask, Pooling _) -> {
        requireRank(op, tokens, 3);
        requireRank(op, mask, 2);
        yield floats(Shape.of(tokens.shape().dim(0), tokens.shape().dim(2)));
      }
      case Op.Concat(var parts) -> floats(concatenate(parts));
      case Op.Normalize(var input) -> floats(input.shape());
    };
  }

  private static Yield floats(Shape shape) {
    return new Yield(ElementType.F32, shape);
  }

  private static Shape concatenate(List<Value> parts) {
    long last = parts.stream().mapToLong(part -> part.shape().size(-1)).sum();
    return parts.getFirst().shape().withLast(new Dim.Fixed(last));
  }

  private static Shape broadcast(Op op, Shape left, Shape right) {
    require(op, left.rank() == right.rank(), left + " and " + right + " differ in rank");
    var dims = new ArrayList<Dim>();
    for (int axis = 0; axis < left.rank(); axis++) {
      var one = new Dim.Fixed(1);
      if (left.dim(axis).equals(one)) {
        dims.add(right.dim(axis));
      } else {
        require(
            op,
            right.dim(axis).equals(one) || right.dim(axis).equals(left.dim(axis)),
            left + " and " + right + " do not broadcast");
        dims.add(left.dim(axis));
      }
    }
    return new Shape(dims);
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
