package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MilPort;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.Rotation;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Value;
import dev.embark.target.coreml.MilBlock.Truth;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Attention and what belongs to it, as products and softmax of rank 4.
final class MilAttention {
  private final MilBlock block;
  private final MilMath math;
  private final MilMasks masks;
  private final Function<Value, MilPort> values;

  MilAttention(MilBlock block, MilMath math, MilMasks masks, Function<Value, MilPort> values) {
    this.block = block;
    this.math = math;
    this.masks = masks;
    this.values = values;
  }

  MilPort attention(String out, Op.Attention of) {
    var heads = of.heads();
    var query = values.apply(of.query());
    long sequence = query.shape().size(1);
    var scaled =
        heads.scale() == 1 ? query : math.binary("mul", out + "_query", query, heads.scale());
    // Heads that share a key lie side by side, so that they are rows of one product.
    var looking =
        grouped(out + "_query_groups", split(out + "_query", scaled, heads.query()), heads);
    var seen = split(out + "_key", values.apply(of.key()), heads.keyValue());
    var products =
        math.matmul(
            out + "_products",
            math.as(looking, block.sensitive()),
            math.as(seen, block.sensitive()),
            Truth.YES);
    var scores = math.reshape(out + "_scores", products, 1, heads.query(), sequence, sequence);
    var biased =
        switch (of.bias()) {
          case ScoreBias.None() -> scores;
          case ScoreBias.Of(var bias) ->
              math.binary("add", out + "_biased", scores, values.apply(bias));
        };
    var masked =
        math.binary(
            "add", out + "_masked", biased, masks.bias(values.apply(of.mask()), heads.sight()));
    var weights =
        block.emit(
            "softmax",
            out + "_weights",
            masked.type(),
            masked.shape(),
            Map.of("x", masked, "axis", block.integer(-1)));
    var mixed =
        math.matmul(
            out + "_mixed",
            grouped(out + "_weight_groups", math.as(weights, block.trunk()), heads),
            split(out + "_value", values.apply(of.value()), heads.keyValue()),
            Truth.NO);
    long size = mixed.shape().size(-1);
    var apart = math.reshape(out + "_heads", mixed, 1, heads.query(), sequence, size);
    var together = math.transpose(out + "_tokens", apart, 0, 2, 1, 3);
    return math.reshape(out, together, 1, sequence, heads.query() * size);
  }

  /// Returns `[1, sequence, heads·size]` as `[1, heads, sequence, size]`.
  private MilPort split(String name, MilPort x, int heads) {
    long sequence = x.shape().size(1);
    var apart = math.reshape(name + "_split", x, 1, sequence, heads, x.shape().size(2) / heads);
    return math.transpose(name + "_heads", apart, 0, 2, 1, 3);
  }

  /// Returns `[1, heads, sequence, n]` as `[1, key heads, group·sequence, n]`.
  private MilPort grouped(String name, MilPort x, Heads heads) {
    return math.reshape(
        name, x, 1, heads.keyValue(), heads.group() * x.shape().size(2), x.shape().size(3));
  }

  /// Emits scores by distance as a constant.
  MilPort distanceBias(String out, Op.DistanceBias of) {
    int sequence = (int) of.ids().shape().size(1);
    int heads = of.table().weight().rowLength();
    var shape = Shape.of(1, heads, sequence, sequence);
    return block.weight(
        out, new Weight.Stored(Tensor.of(shape, of.scores(sequence))), block.trunk());
  }

  /// Emits `x·cos + (−x₂, x₁)·sin` with constant sines and cosines.
  MilPort rotate(String out, MilPort x, Rotation rotation) {
    long sequence = x.shape().size(1);
    long width = x.shape().size(2);
    int size = rotation.size();
    var apart = math.reshape(out + "_split", x, 1, sequence, width / size, size);
    int half = size / 2;
    var first = math.slice(out + "_first", apart, 3, 0, half);
    var second = math.slice(out + "_second", apart, 3, half, half);
    var negative = math.binary("mul", out + "_negative", second, -1);
    var turned = math.concat(out + "_turned", 3, List.of(negative, first));
    var straight =
        math.binary("mul", out + "_straight", apart, table("cosine", rotation, x, sequence));
    var across = math.binary("mul", out + "_across", turned, table("sine", rotation, x, sequence));
    var sum = math.binary("add", out + "_sum", straight, across);
    return math.reshape(out, sum, 1, sequence, width);
  }

  private MilPort table(String what, Rotation rotation, MilPort x, long sequence) {
    return block.once(
        List.of(what, rotation, x.type()),
        () -> {
          int length = Math.toIntExact(sequence);
          var values = what.equals("sine") ? rotation.sines(length) : rotation.cosines(length);
          var shape = Shape.of(1, sequence, 1, rotation.size());
          var name = "rotary_%s_%d_%d".formatted(what, block.number(rotation), sequence);
          return block.weight(name, new Weight.Stored(Tensor.of(shape, values)), x.type());
        });
  }
}
