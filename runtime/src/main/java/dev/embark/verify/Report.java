package dev.embark.verify;

import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Variation;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.verify.Comparison.Divergence;
import java.util.List;
import java.util.Map;

/// What a [Replay] measured, and what it means.
///
/// @param invariance largest difference of a text's vectors under each variation
/// @param divergences the first value on which the two sides part; empty if none does
/// @param failures why the bundle fails, in sentences; empty if it passes
public record Report(
    Figures figures,
    Map<Variation, Double> invariance,
    Limits limits,
    List<Divergence> divergences,
    List<String> failures) {
  public Report {
    invariance = Map.copyOf(invariance);
    divergences = List.copyOf(divergences);
    failures = List.copyOf(failures);
  }

  public boolean isPass() {
    return failures.isEmpty();
  }

  /// Throws a `Problem` of category `VERIFICATION_FAILED` that says where the two sides part,
  /// unless this is a pass.
  public void requirePass() {
    if (!isPass()) {
      throw new Problem(
          Category.VERIFICATION_FAILED,
          "FAIL: the vectors are not those of the original.",
          String.join("\n", failures),
          "Do not use these vectors; convert the original checkpoint again, and report it if it"
              + " fails again.");
    }
  }
}
