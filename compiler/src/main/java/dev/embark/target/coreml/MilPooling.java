package dev.embark.target.coreml;

import dev.embark.bundle.Pooling;
import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.List;
import java.util.Locale;

/// From tokens to vectors, always in `FLOAT32`.
///
/// The tokens that count lie side by side: what was left out of a text is before or after them.
final class MilPooling {
  private static final MilType TYPE = MilType.FLOAT32;

  /// The smallest divisor, as in sentence-transformers.
  private static final double FEWEST = 1e-9;

  private static final double SHORTEST = 1e-12;

  /// Lies below every token, and its squares are finite.
  private static final double LARGE = 1e16;

  private final MilBlock block;
  private final MilMath math;
  private final MilMasks masks;

  MilPooling(MilBlock block, MilMath math, MilMasks masks) {
    this.block = block;
    this.math = math;
    this.masks = masks;
  }

  /// Emits tokens `[1, sequence, hidden]` to `[1, hidden]`.
  MilPort pool(String out, MilPort tokens, MilPort mask, Pooling mode) {
    var ones = masks.ones(mask, TYPE);
    return switch (mode) {
      case CLS -> sum(out, tokens, edge(ones, Pooling.CLS));
      case LAST_TOKEN -> sum(out, tokens, edge(ones, Pooling.LAST_TOKEN));
      case MAX -> largest(out, tokens, ones);
      case MEAN -> math.binary("real_div", out, sum(out + "_sum", tokens, ones), count(ones));
      case MEAN_SQRT_LEN ->
          math.binary(
              "real_div",
              out,
              sum(out + "_sum", tokens, ones),
              math.unary("sqrt", out + "_root", count(ones)));
      case WEIGHTED_MEAN -> {
        var weights = math.binary("mul", out + "_weights", ones, numbers(ones.shape().size(1)));
        yield math.binary("real_div", out, sum(out + "_sum", tokens, weights), count(weights));
      }
    };
  }

  /// Emits the sum of tokens times the weight of each.
  MilPort sum(String out, MilPort tokens, MilPort weights) {
    var wide = math.as(tokens, TYPE);
    var column = column(weights);
    var weighted = math.binary("mul", out + "_weighted", wide, column);
    return flat(out, math.reduce("reduce_sum", out + "_of_tokens", weighted, 1));
  }

  MilPort sumTokens(String out, MilPort tokens, MilPort mask) {
    return sum(out, tokens, masks.ones(mask, TYPE));
  }

  private MilPort largest(String out, MilPort tokens, MilPort ones) {
    var column = column(ones);
    var kept = math.binary("mul", out + "_kept", math.as(tokens, TYPE), column);
    var less = math.binary("add", out + "_less_1", column, -1);
    var floor = math.binary("mul", out + "_floor", less, LARGE);
    var open = math.binary("add", out + "_open", kept, floor);
    return flat(out, math.reduce("reduce_max", out + "_of_tokens", open, 1));
  }

  private MilPort column(MilPort weights) {
    return math.reshape(weights.name() + "_column", weights, 1, weights.shape().size(1), 1);
  }

  private MilPort flat(String out, MilPort x) {
    return math.reshape(out, x, 1, x.shape().size(2));
  }

  private MilPort count(MilPort weights) {
    return block.once(
        List.of("count", weights),
        () -> {
          var sum = math.reduce("reduce_sum", weights.name() + "_sum", weights, 1);
          return math.binary("maximum", weights.name() + "_count", sum, FEWEST);
        });
  }

  /// Returns 1 for the first or the last token that counts, else 0.
  private MilPort edge(MilPort ones, Pooling mode) {
    return block.once(
        List.of("edge", ones, mode),
        () -> {
          long sequence = ones.shape().size(1);
          if (sequence == 1) {
            return ones;
          }
          var name = ones.name() + "_" + mode.name().toLowerCase(Locale.ROOT);
          var none = block.weight("no_token", new Weight.Repeated(0, Shape.of(1, 1)), TYPE);
          var neighbors =
              mode == Pooling.CLS
                  ? List.of(none, math.slice(name + "_shifted", ones, 1, 0, sequence - 1))
                  : List.of(math.slice(name + "_shifted", ones, 1, 1, sequence - 1), none);
          var beside = math.concat(name + "_beside", 1, neighbors);
          var shared = math.binary("mul", name + "_shared", ones, beside);
          return math.binary("sub", name, ones, shared);
        });
  }

  private MilPort numbers(long sequence) {
    var values = new float[Math.toIntExact(sequence)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    return block.weight(
        "numbers_" + sequence, new Weight.Stored(Tensor.of(Shape.of(1, sequence), values)), TYPE);
  }

  /// Emits `x / max(‖x‖₂, 1e-12)`.
  MilPort normalize(String out, MilPort x) {
    var wide = math.as(x, TYPE);
    var length = math.reduce("reduce_l2_norm", out + "_length", wide, -1);
    var safe = math.binary("maximum", out + "_safe", length, SHORTEST);
    return math.binary("real_div", out, wide, safe);
  }
}
