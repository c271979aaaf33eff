package dev.embark.graph;

import dev.embark.bundle.Pooling;
import java.util.List;
import java.util.function.UnaryOperator;

/// What a node computes, on the level at which papers speak.
///
/// The interface is sealed and no switch over it has a `default`: a new operation makes the
/// compiler name every place that must answer (shapes, interpreter, targets). [Interpreter] is the
/// definition of each.
public sealed interface Op {
  /// Position numbers `start, start + 1, …` for `ids` `[batch, sequence]`: `[1, sequence]`.
  record Positions(Value ids, long start) implements Op {}

  /// Row `ids` of `table` `[rows, hidden]`: `[…, hidden]`.
  record Embedding(Constant table, Value ids) implements Op {}

  /// `input·weightᵀ + bias` with `weight` `[out, in]`, as checkpoints store it.
  record Linear(Value input, Constant weight, Bias bias) implements Op {}

  /// `(x − mean) / √(variance + epsilon) · weight + bias` over the last axis, with the biased
  /// variance (<https://arxiv.org/abs/1607.06450>).
  record LayerNorm(Value input, Constant weight, Bias bias, double epsilon) implements Op {}

  /// `function` of each element.
  record Activate(Value input, Activation function) implements Op {}

  /// Multi-head attention (<https://arxiv.org/abs/1706.03762>): `softmax(scale·q·kᵀ)·v` per head;
  /// query, key and value are `[batch, sequence, heads·size]`, keys where `mask` `[batch,
  /// sequence]` is 0 are not seen.
  record Attention(Value query, Value key, Value value, Value mask, int heads, double scale)
      implements Op {}

  /// [Attention] of three linear layers over one `input`: `weight` `[3·hidden, hidden]` holds
  /// query, key and value rows one after the other, `bias` `[3·hidden]` likewise. Made by a pass.
  record PackedAttention(
      Value input, Constant weight, Constant bias, Value mask, int heads, double scale)
      implements Op {}

  /// Sum of each element; a dimension of size 1 stretches.
  record Add(Value left, Value right) implements Op {}

  /// 1 where `mask` is exactly 1, else 0: leaves out the tokens of a prompt, which the mask marks
  /// with 2 (attended, not pooled).
  record PooledTokens(Value mask) implements Op {}

  /// `tokens` `[batch, sequence, hidden]` to `[batch, hidden]` over the tokens where `mask` is not
  /// 0.
  record Pool(Value tokens, Value mask, Pooling mode) implements Op {}

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
    return switch (this) {
      case Positions(var ids, _) -> List.of(ids);
      case Embedding(_, var ids) -> List.of(ids);
      case Linear(var input, _, _) -> List.of(input);
      case LayerNorm(var input, _, _, _) -> List.of(input);
      case Activate(var input, _) -> List.of(input);
      case Attention(var query, var key, var value, var mask, _, _) ->
          List.of(query, key, value, mask);
      case PackedAttention(var input, _, _, var mask, _, _) -> List.of(input, mask);
      case Add(var left, var right) -> List.of(left, right);
      case PooledTokens(var mask) -> List.of(mask);
      case Pool(var tokens, var mask, _) -> List.of(tokens, mask);
      case Concat(var parts) -> parts;
      case Normalize(var input) -> List.of(input);
    };
  }

  /// Returns this operation reading `change` of each value instead.
  default Op mapInputs(UnaryOperator<Value> change) {
    return switch (this) {
      case Positions(var ids, var start) -> new Positions(change.apply(ids), start);
      case Embedding(var table, var ids) -> new Embedding(table, change.apply(ids));
      case Linear(var input, var weight, var bias) -> new Linear(change.apply(input), weight, bias);
      case LayerNorm(var input, var weight, var bias, var epsilon) ->
          new LayerNorm(change.apply(input), weight, bias, epsilon);
      case Activate(var input, var function) -> new Activate(change.apply(input), function);
      case Attention(var query, var key, var value, var mask, var heads, var scale) ->
          new Attention(
              change.apply(query),
              change.apply(key),
              change.apply(value),
              change.apply(mask),
              heads,
              scale);
      case PackedAttention(var input, var weight, var bias, var mask, var heads, var scale) ->
          new PackedAttention(change.apply(input), weight, bias, change.apply(mask), heads, scale);
      case Add(var left, var right) -> new Add(change.apply(left), change.apply(right));
      case PooledTokens(var mask) -> new PooledTokens(change.apply(mask));
      case Pool(var tokens, var mask, var mode) ->
          new Pool(change.apply(tokens), change.apply(mask), mode);
      case Concat(var parts) -> new Concat(parts.stream().map(change).toList());
      case Normalize(var input) -> new Normalize(change.apply(input));
    };
  }

  /// Returns the trained parameters this operation reads, in order.
  default List<Constant> constants() {
    return switch (this) {
      case Embedding(var table, _) -> List.of(table);
      case Linear(_, var weight, var bias) -> with(weight, bias);
      case LayerNorm(_, var weight, var bias, _) -> with(weight, bias);
      case PackedAttention(_, var weight, var bias, _, _, _) -> List.of(weight, bias);
      case Positions _,
          Activate _,
          Attention _,
          Add _,
          PooledTokens _,
          Pool _,
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
