package dev.embark.graph;

import dev.embark.bundle.Pooling;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// What a node computes, on the level at which papers speak.
///
/// The interface is sealed and no switch over it has a `default`: a new operation makes the
/// compiler name every place that must answer (shapes, interpreter, targets). [Interpreter] is the
/// definition of each.
public sealed interface Op {
  /// A trained parameter as a value.
  record Parameter(Constant constant) implements Op {}

  /// Position numbers `start, start + 1, …` for `ids` `[batch, sequence]`: `[1, sequence]`.
  record Positions(Value ids, long start) implements Op {}

  /// Position numbers that leave padding out: `padId + n` for the `n`th of the `ids` `[batch,
  /// sequence]` that is not `padId`, and `padId` for all others (fairseq).
  record TokenPositions(Value ids, long padId) implements Op {}

  /// Row `ids` of `table` `[rows, hidden]`: `[…, hidden]`.
  record Embedding(Constant table, Value ids) implements Op {}

  /// `input·weightᵀ + bias` with `weight` `[out, in]`, as checkpoints store it.
  record Linear(Value input, Constant weight, Bias bias) implements Op {}

  /// [Linear] on tokens of 8 bits, so that its products are those of integers: each token, a row of
  /// the last axis, is rounded to 255 steps from `−m` to `m`, half to even, where `m` is its own
  /// largest absolute value. What a token becomes does not depend on any other. Made by a pass.
  ///
  /// @param weight `[out, in]`, encoded as 8-bit integers with one scale a row
  record IntegerLinear(Value input, Constant weight, Bias bias) implements Op {}

  /// `(x − mean) / √(variance + epsilon) · weight + bias` over the last axis, with the biased
  /// variance (<https://arxiv.org/abs/1607.06450>).
  record LayerNorm(Value input, Constant weight, Bias bias, double epsilon) implements Op {}

  /// `x / √(mean(x²) + epsilon) · weight` (<https://arxiv.org/abs/1910.07467>) over the last axis,
  /// or over each part of it that is as long as `weight`: the heads of a query.
  record RmsNorm(Value input, Constant weight, double epsilon) implements Op {}

  /// `function` of each element.
  record Activate(Value input, Activation function) implements Op {}

  /// Turns each part of the last axis that is as long as a head by its position in the sequence.
  record Rotate(Value input, Rotation rotation) implements Op {}

  /// Multi-head attention (<https://arxiv.org/abs/1706.03762>): `softmax(scale·q·kᵀ + bias)·v` per
  /// head; query is `[batch, sequence, heads·size]`, key and value `[batch, sequence, key
  /// heads·size]`. Keys where `mask` `[batch, sequence]` is 0 are not seen; where a token sees none
  /// at all, it sees all alike.
  record Attention(Value query, Value key, Value value, Value mask, Heads heads, ScoreBias bias)
      implements Op {}

  /// [Attention] of three linear layers over one `input`: `weight` `[3·hidden, hidden]` holds
  /// query, key and value rows one after the other, `bias` `[3·hidden]` likewise. Made by a pass.
  record PackedAttention(
      Value input, Constant weight, Constant bias, Value mask, int heads, double scale)
      implements Op {}

  /// Scores that depend on the distance of two tokens only: `table` `[2·reach + 1, heads]` holds
  /// them for `j − i` from `−reach` to `reach`, beyond which the outermost counts. `[1, heads,
  /// sequence, sequence]` for `ids` `[batch, sequence]`.
  record DistanceBias(Value ids, Constant table) implements Op {
    /// Returns the scores for a length: `[heads, sequence, sequence]`.
    public float[] scores(int sequence) {
      int heads = table.weight().rowLength();
      int reach = (int) table.weight().rows() / 2;
      var rows = table.weight().toArray();
      var scores = new float[Math.multiplyExact(heads, sequence * sequence)];
      for (int i = 0; i < sequence; i++) {
        for (int j = 0; j < sequence; j++) {
          int row = Math.clamp((long) j - i, -reach, reach) + reach;
          for (int head = 0; head < heads; head++) {
            scores[(head * sequence + i) * sequence + j] = rows[row * heads + head];
          }
        }
      }
      return scores;
    }
  }

  /// Scores of tokens with relative positions (DeBERTa, <https://arxiv.org/abs/2006.03654>): the
  /// product, per head and times `scale`, of a token `[batch, sequence, heads·size]` and the row of
  /// `positions` `[rows, heads·size]` that `distances` names. `[batch, heads, sequence, sequence]`.
  record PositionScores(Value tokens, Value positions, Distances distances, int heads, double scale)
      implements Op {}

  /// Mixture of experts (<https://arxiv.org/abs/2401.04088>): see [Experts].
  record Mixture(Value input, Experts experts) implements Op {}

  /// Sum of each element; a dimension of size 1 stretches, and `right` may lack the first ones.
  record Add(Value left, Value right) implements Op {}

  /// Product of each element; a dimension of size 1 stretches, and `right` may lack the first ones.
  record Multiply(Value left, Value right) implements Op {}

  /// `input · factor`.
  record Scale(Value input, double factor) implements Op {}

  /// The `count` values from `first` on of the last axis.
  record Slice(Value input, int first, int count) implements Op {}

  /// 1 where `mask` is exactly 1, else 0: leaves out the tokens of a prompt, which the mask marks
  /// with 2 (attended, not pooled).
  record PooledTokens(Value mask) implements Op {}

  /// `tokens` `[batch, sequence, hidden]` to `[batch, hidden]` over the tokens where `mask` is not
  /// 0; where it is 0 everywhere, all values are 0, or for the maximum the most negative float.
  record Pool(Value tokens, Value mask, Pooling mode) implements Op {}

  /// Sum of the `tokens` `[batch, sequence, hidden]` where `mask` is not 0: `[batch, hidden]`.
  record SumTokens(Value tokens, Value mask) implements Op {}

  /// Parts side by side on the last axis.
  record Concat(List<Value> parts) implements Op {
    public Concat {
      parts = List.copyOf(parts);
    }
  }

  /// `x / max(‖x‖₂, 1e-12)` over the last axis.
  record Normalize(Value input) implements Op {}

  /// Returns the values this operation reads, in order.
  default List<Value> inputs() {
    var inputs = new ArrayList<Value>();
    mapInputs(value -> {
      inputs.add(value);
      return value;
    });
    return inputs;
  }

  /// Returns this operation reading `change` of each value instead, which is asked in order.
  default Op mapInputs(UnaryOperator<Value> change) {
    return switch (this) {
      case Parameter parameter -> parameter;
      case Positions(var ids, var start) -> new Positions(change.apply(ids), start);
      case TokenPositions(var ids, var padId) -> new TokenPositions(change.apply(ids), padId);
      case Embedding(var table, var ids) -> new Embedding(table, change.apply(ids));
      case Linear(var input, var weight, var bias) -> new Linear(change.apply(input), weight, bias);
      case IntegerLinear(var input, var weight, var bias) ->
          new IntegerLinear(change.apply(input), weight, bias);
      case LayerNorm(var input, var weight, var bias, var epsilon) ->
          new LayerNorm(change.apply(input), weight, bias, epsilon);
      case RmsNorm(var input, var weight, var epsilon) ->
          new RmsNorm(change.apply(input), weight, epsilon);
      case Activate(var input, var function) -> new Activate(change.apply(input), function);
      case Rotate(var input, var rotation) -> new Rotate(change.apply(input), rotation);
      case Attention(var query, var key, var value, var mask, var heads, var bias) ->
          new Attention(
              change.apply(query),
              change.apply(key),
              change.apply(value),
              change.apply(mask),
              heads,
              mapped(bias, change));
      case PackedAttention(var input, var weight, var bias, var mask, var heads, var scale) ->
          new PackedAttention(change.apply(input), weight, bias, change.apply(mask), heads, scale);
      case DistanceBias(var ids, var table) -> new DistanceBias(change.apply(ids), table);
      case PositionScores(var tokens, var positions, var distances, var heads, var scale) ->
          new PositionScores(
              change.apply(tokens), change.apply(positions), distances, heads, scale);
      case Mixture(var input, var experts) -> new Mixture(change.apply(input), experts);
      case Add(var left, var right) -> new Add(change.apply(left), change.apply(right));
      case Multiply(var left, var right) -> new Multiply(change.apply(left), change.apply(right));
      case Scale(var input, var factor) -> new Scale(change.apply(input), factor);
      case Slice(var input, var first, var count) -> new Slice(change.apply(input), first, count);
      case PooledTokens(var mask) -> new PooledTokens(change.apply(mask));
      case Pool(var tokens, var mask, var mode) ->
          new Pool(change.apply(tokens), change.apply(mask), mode);
      case SumTokens(var tokens, var mask) ->
          new SumTokens(change.apply(tokens), change.apply(mask));
      case Concat(var parts) -> new Concat(parts.stream().map(change).toList());
      case Normalize(var input) -> new Normalize(change.apply(input));
    };
  }

  private static ScoreBias mapped(ScoreBias bias, UnaryOperator<Value> change) {
    return switch (bias) {
      case ScoreBias.None none -> none;
      case ScoreBias.Of(var value) -> new ScoreBias.Of(change.apply(value));
    };
  }

  /// Returns this operation with `change` of each matrix that it multiplies with or looks up in.
  default Op mapMatrices(UnaryOperator<Constant> change) {
    return switch (this) {
      case Embedding(var table, var ids) -> new Embedding(change.apply(table), ids);
      case Linear(var input, var weight, var bias) -> new Linear(input, change.apply(weight), bias);
      case PackedAttention(var input, var weight, var bias, var mask, var heads, var scale) ->
          new PackedAttention(input, change.apply(weight), bias, mask, heads, scale);
      case Mixture(var input, var experts) ->
          new Mixture(
              input,
              new Experts(
                  experts.router(),
                  change.apply(experts.inner()),
                  change.apply(experts.outer()),
                  experts.bias(),
                  experts.used(),
                  experts.function()));
      case Parameter _,
          IntegerLinear _,
          Positions _,
          TokenPositions _,
          LayerNorm _,
          RmsNorm _,
          DistanceBias _,
          Activate _,
          Rotate _,
          Attention _,
          PositionScores _,
          Add _,
          Multiply _,
          Scale _,
          Slice _,
          PooledTokens _,
          Pool _,
          SumTokens _,
          Concat _,
          Normalize _ ->
          this;
    };
  }

  /// Returns the trained parameters this operation reads, in order.
  default List<Constant> constants() {
    return switch (this) {
      case Parameter(var constant) -> List.of(constant);
      case Embedding(var table, _) -> List.of(table);
      case Linear(_, var weight, var bias) -> with(weight, bias);
      case IntegerLinear(_, var weight, var bias) -> with(weight, bias);
      case LayerNorm(_, var weight, var bias, _) -> with(weight, bias);
      case RmsNorm(_, var weight, _) -> List.of(weight);
      case PackedAttention(_, var weight, var bias, _, _, _) -> List.of(weight, bias);
      case DistanceBias(_, var table) -> List.of(table);
      case Mixture(_, var experts) -> experts.constants();
      case Positions _,
          TokenPositions _,
          Activate _,
          Rotate _,
          Attention _,
          PositionScores _,
          Add _,
          Multiply _,
          Scale _,
          Slice _,
          PooledTokens _,
          Pool _,
          SumTokens _,
          Concat _,
          Normalize _ ->
          List.of();
    };
  }

  private static List<Constant> with(Constant weight, Bias bias) {
    return switch (bias) {
      case Bias.None() -> List.of(weight);
      case Bias.Of(var vector) -> List.of(weight, vector);
    };
  }
}
