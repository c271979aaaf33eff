package dev.embark.target.sophon;

import dev.embark.bundle.TrunkPorts;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.Rotation;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.target.sophon.TopText.Operand;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.List;

/// Attention and what belongs to it, as products and softmax of rank 4.
final class TopAttention {
  private final TopLowering lowering;

  TopAttention(TopLowering lowering) {
    this.lowering = lowering;
  }

  TopValue attention(String out, Op.Attention of) {
    var heads = of.heads();
    var query = lowering.value(of.query());
    long sequence = query.shape().size(1);
    var key = lowering.value(of.key());
    var apart = split(out + "_query", lowering.scaled(out + "_query", query, heads.scale()), heads);
    var looking = grouped(out + "_query_groups", apart, heads);
    long size = looking.shape().size(3);
    var keyHeads = lowering.reshape(out + "_key_split", key, 1, sequence, heads.keyValue(), size);
    var seen = lowering.permute(out + "_key_heads", keyHeads, 0, 2, 3, 1);
    var scores = product(out + "_products", looking, seen);
    var biased =
        switch (of.bias()) {
          case ScoreBias.None() -> scores;
          case ScoreBias.Of(var value) ->
              lowering.binary(
                  "Add",
                  out + "_biased",
                  scores,
                  grouped(out + "_bias_groups", lowering.value(value), heads));
        };
    var masked = masked(out, biased, of.mask(), heads);
    var weights =
        lowering.op(
            "Softmax", out + "_weights", "axis = 3 : si32", masked.shape(), Operand.of(masked));
    var values =
        lowering.reshape(
            out + "_value_split", lowering.value(of.value()), 1, sequence, heads.keyValue(), size);
    var mixed =
        product(
            out + "_mixed", weights, lowering.permute(out + "_value_heads", values, 0, 2, 1, 3));
    var whole = lowering.reshape(out + "_heads", mixed, 1, heads.query(), sequence, size);
    var together = lowering.permute(out + "_tokens", whole, 0, 2, 1, 3);
    return lowering.reshape(out, together, 1, sequence, heads.query() * size);
  }

  /// Returns whether tokens see what lies behind them, padding included.
  static boolean seesPadding(Op op) {
    return op instanceof Op.Attention attention && !attention.heads().sight().isCausal();
  }

  private TopValue product(String out, TopValue x, TopValue y) {
    var sizes = x.shape().sizes();
    sizes[3] = y.shape().size(3);
    return lowering.op(
        "MatMul", out, "", Shape.of(sizes), Operand.of(x), Operand.of(y), Operand.NONE);
  }

  /// Returns `[1, sequence, heads·size]` as `[1, heads, sequence, size]`.
  private TopValue split(String out, TopValue x, Heads heads) {
    long sequence = x.shape().size(1);
    var apart =
        lowering.reshape(
            out + "_split", x, 1, sequence, heads.query(), x.shape().size(2) / heads.query());
    return lowering.permute(out + "_heads", apart, 0, 2, 1, 3);
  }

  /// Returns `[1, heads, sequence, n]` as `[1, key heads, group·sequence, n]`, so that heads that
  /// share a key are rows of one product.
  private TopValue grouped(String out, TopValue x, Heads heads) {
    return lowering.reshape(
        out, x, 1, heads.keyValue(), heads.group() * x.shape().size(2), x.shape().size(3));
  }

  /// Adds what keeps tokens from being seen. A token of a causal model sees none behind it, and
  /// padding lies behind all tokens, so that such a model needs no mask.
  private TopValue masked(String out, TopValue scores, Value mask, Heads heads) {
    return switch (heads.sight()) {
      case Sight.All() -> padded(out, scores, mask);
      case Sight.Near near -> padded(out, reached(out, scores, near, heads), mask);
      case Sight.Causal causal -> reached(out, scores, causal, heads);
      case Sight.CausalNear near -> reached(out, scores, near, heads);
    };
  }

  private TopValue padded(String out, TopValue scores, Value mask) {
    var bias = lowering.value(mask);
    var row =
        lowering
            .text()
            .once(
                List.of("row", bias),
                () -> lowering.reshape("attn_bias_row", bias, 1, 1, 1, bias.shape().size(1)));
    return lowering.binary("Add", out + "_padded", scores, row);
  }

  private TopValue reached(String out, TopValue scores, Sight sight, Heads heads) {
    int sequence = (int) scores.shape().size(3);
    var bias = sight.bias(sequence, TrunkPorts.UNSEEN);
    var all = new float[heads.group() * bias.length];
    for (int i = 0; i < heads.group(); i++) {
      System.arraycopy(bias, 0, all, i * bias.length, bias.length);
    }
    var shape = Shape.of(1, 1, (long) heads.group() * sequence, sequence);
    var name = "sight_%s_%d".formatted(sight, heads.group());
    return lowering.binary("Add", out + "_reached", scores, constant(name, shape, all));
  }

  private TopValue constant(String name, Shape shape, float[] values) {
    return lowering.text().weight(name, new Weight.Stored(Tensor.of(shape, values)));
  }

  TopValue distanceBias(String out, Op.DistanceBias of) {
    int sequence = (int) of.ids().shape().size(1);
    var shape = Shape.of(1, of.table().weight().rowLength(), sequence, sequence);
    return constant(out, shape, of.scores(sequence));
  }

  TopValue rotate(String out, TopValue x, Rotation rotation) {
    long sequence = x.shape().size(1);
    int size = rotation.size();
    var shape = Shape.of(1, sequence, 1, size);
    var apart = lowering.reshape(out + "_split", x, 1, sequence, x.shape().size(2) / size, size);
    int number = lowering.number(rotation);
    var turned =
        lowering.op(
            "Rope",
            out,
            "rope_mode = \"contiguous_halves\"",
            apart.shape(),
            Operand.of(apart),
            Operand.of(constant("sine_" + number, shape, rotation.sines((int) sequence))),
            Operand.of(constant("cosine_" + number, shape, rotation.cosines((int) sequence))));
    return lowering.reshape(out + "_whole", turned, x.shape().sizes());
  }
}
