package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.graph.Sight;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.List;

/// What attention adds to scores, so that tokens are not seen.
final class MilMasks {
  /// The score of a token that is not seen. Negative infinity would become NaN where it meets 0,
  /// and so would the most negative float in 16 bits; from here `exp` is 0 in 32 bits too.
  private static final double UNSEEN = -1e4;

  private final MilBlock block;
  private final MilMath math;

  MilMasks(MilBlock block, MilMath math) {
    this.block = block;
    this.math = math;
  }

  /// Returns 1 where `mask` is not 0, else 0: `[1, sequence]`.
  MilPort ones(MilPort mask, MilType type) {
    return block.once(
        List.of("ones", mask, type),
        () -> math.compare("not_equal", mask.name() + "_seen", mask, 0, type));
  }

  /// Returns what is added to scores `[1, heads, sequence, sequence]`.
  MilPort bias(MilPort mask, Sight sight) {
    var padding = padding(mask);
    return switch (sight) {
      case Sight.All() -> padding;
      case Sight.Causal _, Sight.Near _, Sight.CausalNear _ ->
          block.once(
              List.of("bias", mask, sight),
              () ->
                  math.binary(
                      "minimum",
                      mask.name() + "_" + name(sight),
                      padding,
                      reach(sight, (int) mask.shape().size(1))));
    };
  }

  private MilPort padding(MilPort mask) {
    return block.once(
        List.of("padding", mask),
        () -> {
          long sequence = mask.shape().size(1);
          var type = block.trunk();
          // `(mask − 1) · 10⁴`, which is exact in 16 bits too.
          var less = math.binary("add", mask.name() + "_less_1", ones(mask, type), -1);
          var bias = math.binary("mul", mask.name() + "_bias", less, -UNSEEN);
          return math.reshape(mask.name() + "_bias_of_keys", bias, 1, 1, 1, sequence);
        });
  }

  private MilPort reach(Sight sight, int sequence) {
    var values = sight.bias(sequence, (float) UNSEEN);
    var shape = Shape.of(1, 1, sequence, sequence);
    return block.weight(
        name(sight) + "_sight", new Weight.Stored(Tensor.of(shape, values)), block.trunk());
  }

  private static String name(Sight sight) {
    return switch (sight) {
      case Sight.All() -> "all";
      case Sight.Causal() -> "causal";
      case Sight.Near(var reach) -> "near_" + reach;
      case Sight.CausalNear(var reach) -> "causal_near_" + reach;
    };
  }
}
