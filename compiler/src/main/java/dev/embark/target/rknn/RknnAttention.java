package dev.embark.target.rknn;

import dev.embark.bundle.TrunkPorts;
import dev.embark.format.onnx.OnnxAttribute;
import dev.embark.graph.Heads;
import dev.embark.graph.Op;
import dev.embark.graph.Rotation;
import dev.embark.graph.ScoreBias;
import dev.embark.graph.Sight;
import dev.embark.tensor.Shape;
import java.util.List;

/// Attention as the pattern of rank 4 that the toolkit computes as one.
final class RknnAttention {
  private final RknnLowering lowering;

  RknnAttention(RknnLowering lowering) {
    this.lowering = lowering;
  }

  Wire attention(String out, Op.Attention of) {
    var heads = of.heads();
    var query = lowering.value(of.query());
    var scaled = lowering.scaled(out + ".query_scaled", query, heads.scale());
    var apart = split(out + ".query", scaled, heads.query());
    long sequence = apart.shape().size(2);
    long size = apart.shape().size(3);
    var looking = grouped(out + ".query_groups", apart, heads);
    var seen = turned(out + ".key", lowering.value(of.key()), heads.keyValue());
    var scores = product(out + ".scores", looking, seen);
    var biased =
        switch (of.bias()) {
          case ScoreBias.None() -> scores;
          case ScoreBias.Of(var value) ->
              lowering.binary(
                  "Add",
                  out + ".biased",
                  scores,
                  grouped(out + ".bias_groups", lowering.value(value), heads));
        };
    var weights =
        lowering.unary(
            "Softmax",
            out + ".weights",
            masked(out, biased, of, heads),
            new OnnxAttribute.Int("axis", -1));
    var values = split(out + ".value", lowering.value(of.value()), heads.keyValue());
    var mixed = product(out + ".mixed", weights, values);
    var whole = lowering.reshape(out + ".heads", mixed, 1, heads.query(), sequence, size);
    var together = lowering.transpose(out + ".tokens", whole, 0, 2, 1, 3);
    return lowering.reshape(out, together, 1, sequence, heads.query() * size);
  }

  private Wire product(String out, Wire x, Wire y) {
    var sizes = x.shape().sizes();
    sizes[3] = y.shape().size(3);
    return lowering.graph().node("MatMul", out, Shape.of(sizes), List.of(x, y));
  }

  /// Returns `[1, sequence, heads·size]` as `[1, heads, sequence, size]`; what was rotated is so
  /// already.
  private Wire split(String out, Wire x, int heads) {
    return isSplit(x) ? x : lowering.transpose(out + "_heads", apart(out, x, heads), 0, 2, 1, 3);
  }

  /// Returns `[1, sequence, heads·size]` as `[1, heads, size, sequence]`.
  private Wire turned(String out, Wire x, int heads) {
    return isSplit(x)
        ? lowering.transpose(out + "_turned", x, 0, 1, 3, 2)
        : lowering.transpose(out + "_turned", apart(out, x, heads), 0, 2, 3, 1);
  }

  private static boolean isSplit(Wire x) {
    return x.shape().rank() == 4;
  }

  private Wire apart(String out, Wire x, long heads) {
    long size = x.shape().size(2) / heads;
    return lowering.reshape(out + "_split", x, 1, x.shape().size(1), heads, size);
  }

  /// Returns `[1, heads, sequence, n]` as `[1, key heads, group·sequence, n]`: heads that share a
  /// key are rows of one product, where a repeated key would need rank 5.
  private Wire grouped(String out, Wire x, Heads heads) {
    return lowering.reshape(
        out, x, 1, heads.keyValue(), heads.group() * x.shape().size(2), x.shape().size(3));
  }

  /// Adds what keeps tokens from being seen, as one sum. A token of a causal model sees none behind
  /// it, and padding lies behind all tokens, so that such a model needs no mask.
  private Wire masked(String out, Wire scores, Op.Attention of, Heads heads) {
    return switch (heads.sight()) {
      case Sight.All() -> lowering.binary("Add", out + ".padded", scores, padding(of));
      case Sight.Near near -> {
        var both =
            lowering
                .graph()
                .once(
                    List.of("both", near, heads.group()),
                    () ->
                        lowering.binary(
                            "Add", "sight_and_padding", reached(scores, near, heads), padding(of)));
        yield lowering.binary("Add", out + ".padded", scores, both);
      }
      case Sight.Causal causal ->
          lowering.binary("Add", out + ".reached", scores, reached(scores, causal, heads));
      case Sight.CausalNear near ->
          lowering.binary("Add", out + ".reached", scores, reached(scores, near, heads));
    };
  }

  private Wire padding(Op.Attention of) {
    var bias = lowering.value(of.mask());
    return lowering
        .graph()
        .once(
            List.of("row", bias),
            () -> lowering.reshape("attn_bias.row", bias, 1, 1, 1, bias.shape().size(1)));
  }

  private Wire reached(Wire scores, Sight sight, Heads heads) {
    int sequence = (int) scores.shape().size(3);
    var name = "sight_%d_%d".formatted(lowering.number(sight), heads.group());
    var shape = Shape.of(1, 1, (long) heads.group() * sequence, sequence);
    return lowering
        .graph()
        .once(
            List.of(name, shape),
            () -> {
              var bias = sight.bias(sequence, TrunkPorts.UNSEEN);
              var all = new float[heads.group() * bias.length];
              for (int i = 0; i < heads.group(); i++) {
                System.arraycopy(bias, 0, all, i * bias.length, bias.length);
              }
              return lowering.graph().constant(name, shape, all);
            });
  }

  Wire distanceBias(String out, Op.DistanceBias of) {
    int sequence = (int) of.ids().shape().size(1);
    var shape = Shape.of(1, of.table().weight().rowLength(), sequence, sequence);
    return lowering.graph().constant(out, shape, of.scores(sequence));
  }

  /// Turns each head by sums of products with constants: a sine or a range computed there would
  /// land on the CPU. The result is `[1, heads, sequence, size]`, because the toolkit does not come
  /// to an end where heads are turned before they are transposed.
  Wire rotate(String out, Wire x, Rotation rotation) {
    int sequence = (int) x.shape().size(1);
    int size = rotation.size();
    int half = size / 2;
    var apart = split(out, x, (int) (x.shape().size(2) / size));
    var low = lowering.slice(out + ".low", apart, 0, half);
    var high = lowering.slice(out + ".high", apart, half, half);
    var turned = lowering.concat(out + ".turned", List.of(high, low));
    var shape = Shape.of(1, 1, sequence, size);
    int number = lowering.number(rotation);
    var sines = rotation.sines(sequence);
    for (int i = 0; i < sines.length; i++) {
      sines[i] = i % size < half ? -sines[i] : sines[i];
    }
    var sine = lowering.graph().constant("sine_" + number, shape, sines);
    var cosine = lowering.graph().constant("cosine_" + number, shape, rotation.cosines(sequence));
    return lowering.binary(
        "Add",
        out,
        lowering.binary("Mul", out + ".along", apart, cosine),
        lowering.binary("Mul", out + ".across", turned, sine));
  }
}
