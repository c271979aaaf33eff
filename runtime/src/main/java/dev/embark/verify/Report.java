package dev.embark.verify;

import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Output;
import dev.embark.bundle.Proof.Steadiness;
import dev.embark.bundle.Variation;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.verify.Comparison.Divergence;
import java.util.List;
import java.util.Map;

/// What a [Replay] measured, and what it means.
///
/// @param outputs what was measured of each output that the references speak of
public record Report(List<Measured> outputs) {
  public Report {
    outputs = List.copyOf(outputs);
  }

  /// What was measured of one output.
  ///
  /// @param invariance largest difference of a text's values under each variation
  /// @param divergences the first value on which the two sides part, by the text's index among all
  ///   references; empty if none does
  /// @param failures why the output fails, in sentences; empty if it passes
  public record Measured(
      Output output,
      Figures figures,
      Map<Variation, Double> invariance,
      Limits limits,
      List<Divergence> divergences,
      List<String> failures) {
    public Measured {
      invariance = Map.copyOf(invariance);
      divergences = List.copyOf(divergences);
      failures = List.copyOf(failures);
    }

    /// Returns what a proof keeps of it.
    public Steadiness toSteadiness() {
      return new Steadiness(output.port(), invariance, limits);
    }
  }

  public boolean isPass() {
    return failures().isEmpty();
  }

  /// Returns why the bundle fails, in sentences; empty if it passes. Where several outputs were
  /// measured, each sentence begins with the output's name.
  public List<String> failures() {
    return outputs.stream()
        .flatMap(measured ->
            measured.failures().stream()
                .map(failure ->
                    outputs.size() == 1 ? failure : measured.output().port() + ": " + failure))
        .toList();
  }

  /// Throws a `Problem` of category `VERIFICATION_FAILED` that says where the two sides part,
  /// unless this is a pass.
  public void requirePass() {
    if (!isPass()) {
      throw new Problem(
          Category.VERIFICATION_FAILED,
          "FAIL: the vectors are not those of the original.",
          String.join("\n", failures()),
          "Do not use these vectors; convert the original checkpoint again, and report it if it"
              + " fails again.");
    }
  }
}
