package dev.embark.report;

import static java.util.Objects.requireNonNull;

import dev.embark.bundle.Figures;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Proof.Steadiness;
import dev.embark.bundle.Proof.Testimony;
import dev.embark.bundle.Variation;
import dev.embark.verify.Report;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// One output of a variant: its figures, what they are held against, and why it fails, if it does.
///
/// @param output name of the value in the model's file
record Judged(
    String output,
    Figures figures,
    Limits limits,
    Map<Variation, Double> invariance,
    List<String> failures) {
  Judged {
    invariance = Map.copyOf(invariance);
    failures = List.copyOf(failures);
  }

  /// Returns what was measured just now.
  static List<Judged> of(Report report) {
    return report.outputs().stream()
        .map(measured ->
            new Judged(
                measured.output().port(),
                measured.figures(),
                measured.limits(),
                measured.invariance(),
                measured.failures()))
        .toList();
  }

  /// Returns what a conversion has measured, which is there because it passed.
  static List<Judged> of(Proof.Proven proof) {
    var steady =
        proof.outputs().stream().collect(Collectors.toMap(Steadiness::output, each -> each));
    return proof.witnesses().stream()
        .filter(Testimony.Vectors.class::isInstance)
        .map(Testimony.Vectors.class::cast)
        .filter(testimony -> testimony.witness().equals(proof.witnesses().getFirst().witness()))
        .map(testimony -> {
          var own = requireNonNull(steady.get(testimony.output()), testimony.output());
          return new Judged(
              testimony.output(), testimony.figures(), own.limits(), own.invariance(), List.of());
        })
        .toList();
  }
}
