package dev.embark.verify;

import dev.embark.bundle.Limits;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.Map;
import java.util.TreeSet;

/// The one table of what a conversion may differ by, by precision and target.
public final class Tolerance {
  /// Differences of values are absolute where vectors have length 1, else shares of the largest
  /// value: see [Limits].
  private static final Map<String, Limits> TABLE =
      Map.of("fp32 onnx", new Limits(1e-5, 0.999999, 1, 1e-6));

  private Tolerance() {}

  /// Returns the limits for a precision on a target, such as `fp32` on `onnx`.
  public static Limits of(String precision, String target) {
    Limits limits = TABLE.get(precision + " " + target);
    if (limits == null) {
      throw new Problem(
          Category.UNSUPPORTED,
          "There are no limits for " + precision + " on " + target + ".",
          "Embark proves " + new TreeSet<>(TABLE.keySet()) + ".",
          "Choose one of these.");
    }
    return limits;
  }
}
