package dev.embark.target;

import dev.embark.bundle.TrunkPorts;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.graph.Value;
import dev.embark.tensor.Shape;
import java.util.List;

/// Attention as products and softmax of rank 4, the pattern that compilers compute as one.
final class TrunkAttention {
  private final TrunkDialect dialect;
  private final TrunkLowering lowering;

  TrunkAttention(TrunkDialect dialect, TrunkLowering lowering) {
    this.dialect = dialect;
    this.lowering = lowering;
  }

  TrunkValue attention(String out, Op.Attention of) {
    var heads = of.heads();
    var query = lowering.value(of.query());
    var scaled = lowering.scaled(out + "_query", query, heads.scale());
    var apart = split(out + "_query", scaled, heads.query());
    long sequence = apart.shape().size(2);
    long size = apart.shape().size(3);
    var looking = grouped(out + "_query_groups", apart, heads);
    var seen = turned(out + "_key", lowering.value(of.key()), heads.keyValue());
    var scores = dialect.product(out + "_products", looking, seen);
    var biased =
        switch (of.bias()) {
          case ScoreBias.None() -> scores;
          case ScoreBias.Of(var value) ->
              dialect.add(
                  out + "_biased",
                  scores,
                  grouped(out + "_bias_groups", lowering.value(value), heads));
        };
    var weights = dialect.softmax(out + "_weights", masked(out, biased, of.mask(), heads));
    var values = split(out + "_value", lowering.value(of.value()), heads.keyValue());
    var mixed = dialect.product(out + "_mixed", weights, values);
    var whole = lowering.reshape(out + "_heads", mixed, 1, heads.query(), sequence, size);
    var together = dialect.transpose(out + "_tokens", whole, 0, 2, 1, 3);
    return lowering.reshape(out, together, 1, sequence, heads.query() * size);
  }

  /// Returns `[1, sequence, heads·size]` as `[1, heads, sequence, size]`; what was rotated may be
  /// so already.
  private TrunkValue split(String out, TrunkValue x, int heads) {
    return isSplit(x) ? x : dialect.transpose(out + "_heads", apart(out, x, heads), 0, 2, 1, 3);
  }

  /// Returns `[1, sequence, heads·size]` as `[1, heads, size, sequence]`.
  private TrunkValue turned(String out, TrunkValue x, int heads) {
    return isSplit(x)
        ? dialect.transpose(out + "_heads", x, 0, 1, 3, 2)
        : dialect.transpose(out + "_heads", apart(out, x, heads), 0, 2, 3, 1);
  }

  private static boolean isSplit(TrunkValue x) {
    return x.shape().rank() == 4;
  }

  private TrunkValue apart(String out, TrunkValue x, long heads) {
    long size = x.shape().size(2) / heads;
    return lowering.reshape(out + "_split", x, 1, x.shape().size(1), heads, size);
  }

  /// Returns `[1, heads, sequence, n]` as `[1, key heads, group·sequence, n]`: heads that share a
  /// key are rows of one product, where a repeated key would need rank 5.
  private TrunkValue grouped(String out, TrunkValue x, Heads heads) {
    return lowering.reshape(
        out, x, 1, heads.keyValue(), heads.group() * x.shape().size(2), x.shape().size(3));
  }

  /// Adds what keeps tokens from being seen, as one sum. A token of a causal model sees none behind
  /// it, and padding lies behind all tokens, so that such a model needs no mask.
  private TrunkValue masked(String out, TrunkValue scores, Value mask, Heads heads) {
    return switch (heads.sight()) {
      case Sight.All() -> dialect.add(out + "_padded", scores, padding(mask));
      case Sight.Near near -> {
        var both =
            dialect.once(
                List.of("both", near, heads.group()),
                () ->
                    dialect.add("sight_and_padding", reached(scores, near, heads), padding(mask)));
        yield dialect.add(out + "_padded", scores, both);
      }
      case Sight.Causal causal ->
          dialect.add(out + "_reached", scores, reached(scores, causal, heads));
      case Sight.CausalNear near ->
          dialect.add(out + "_reached", scores, reached(scores, near, heads));
    };
  }

  private TrunkValue padding(Value mask) {
    var bias = lowering.value(mask);
    return dialect.once(
        List.of("row", bias),
        () -> lowering.reshape("attn_bias_row", bias, 1, 1, 1, bias.shape().size(1)));
  }

  private TrunkValue reached(TrunkValue scores, Sight sight, Heads heads) {
    int sequence = (int) scores.shape().size(3);
    var shape = Shape.of(1, 1, (long) heads.group() * sequence, sequence);
    var name = "sight_%d_%d".formatted(lowering.number(sight), heads.group());
    return dialect.positional(name, shape, () -> repeated(sight, sequence, heads.group()));
  }

  private static float[] repeated(Sight sight, int sequence, int group) {
    var bias = sight.bias(sequence, TrunkPorts.UNSEEN);
    var all = new float[group * bias.length];
    for (int i = 0; i < group; i++) {
      System.arraycopy(bias, 0, all, i * bias.length, bias.length);
    }
    return all;
  }

  TrunkValue distanceBias(String out, Op.DistanceBias of) {
    int sequence = (int) of.ids().shape().size(1);
    var shape = Shape.of(1, of.table().weight().rowLength(), sequence, sequence);
    return dialect.positional(out, shape, () -> of.scores(sequence));
  }
}
