package dev.embark.checkpoint;

import dev.embark.bundle.Step;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.List;

/// The number of values a vector has on its way through modules.
final class Widths {
  private Widths() {}

  /// Returns the width after `steps` of what had `hidden` values before them; refuses modules that
  /// do not fit to each other.
  static int after(List<Step> steps, int hidden) {
    int width = hidden;
    for (var step : steps) {
      width =
          switch (step) {
            case Step.Pool(var modes, _) -> Math.multiplyExact(width, modes.size());
            case Step.Dense dense -> {
              require(dense.path(), "in_features", dense.inFeatures(), width);
              yield dense.outFeatures();
            }
            case Step.LayerNorm(var path, var own) -> {
              require(path, "dimension", own, width);
              yield width;
            }
            case Step.Normalize() -> width;
            case Step.Truncate(var cut) -> Math.min(cut, width);
          };
    }
    return width;
  }

  private static void require(String path, String key, int stated, int width) {
    if (stated != width) {
      throw new Problem(
          Category.BAD_INPUT,
          path
              + "/config.json: "
              + key
              + " = "
              + stated
              + ", but the vector before it has "
              + width
              + " values.",
          "",
          "Take the module's files from the same revision as config.json.");
    }
  }
}
