package dev.embark.verify;

import dev.embark.bundle.Limits;
import dev.embark.bundle.Output;
import dev.embark.bundle.Variation;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.verify.Comparison.Divergence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Computes what a witness has, compares, and then tries to change values by what must not matter:
/// batch, order, neighbours, padding, repetition.
public final class Replay {
  private final Engine engine;
  private final List<Reference> references;
  private final Map<String, Limits> limits;

  private Replay(Engine engine, List<Reference> references, Map<String, Limits> limits) {
    this.engine = engine;
    this.references = references;
    this.limits = limits;
  }

  /// Holds a model against what a witness says.
  ///
  /// @param references inputs with the witness's values, at least one
  /// @param limits of each output that the references speak of, by its name in the model's file
  public static Report run(
      Engine engine, List<Reference> references, Map<String, Limits> limits, Progress progress) {
    return new Replay(engine, references, limits).run(progress);
  }

  private Report run(Progress progress) {
    var byOutput = new LinkedHashMap<Output, List<Integer>>();
    for (int i = 0; i < references.size(); i++) {
      byOutput.computeIfAbsent(references.get(i).output(), _ -> new ArrayList<>()).add(i);
    }
    long total = references.size() + (long) byOutput.size() * Variation.values().length;
    try (var task = progress.begin("Comparing vectors", total, Progress.Unit.STEPS)) {
      var measured = new ArrayList<Report.Measured>();
      byOutput.forEach((output, indices) -> measured.add(measure(output, indices, task)));
      return new Report(measured);
    }
  }

  private Report.Measured measure(Output output, List<Integer> indices, Progress.Task task) {
    var limit = limits.get(output.port());
    if (limit == null) {
      throw new Problem(
          Category.BAD_INPUT,
          "There are references for " + output.port() + ", but no limits.",
          "Limits are known for " + limits.keySet() + ".",
          "Convert the model again.");
    }
    List<Input> inputs = indices.stream().map(i -> references.get(i).input()).toList();
    List<float[]> actual = engine.values(inputs, output, task);
    List<float[]> expected = expected(indices, actual);
    var yardstick = Yardstick.of(output);
    var comparison = Comparison.of(expected, actual, yardstick, groups(inputs));
    var invariance = new Variations(engine, output, inputs, actual).measure(task);
    double allowed = yardstick.allowed(limit.maxAbs(), comparison.figures().largest());
    var divergences =
        comparison
            .firstBeyond(allowed)
            .map(at ->
                new Divergence(indices.get(at.text()), at.value(), at.expected(), at.actual()))
            .stream()
            .toList();
    var failures =
        new ArrayList<>(new Verdict(yardstick, limit).failures(comparison.figures(), invariance));
    divergences.forEach(at -> failures.add(Verdict.quote(references.get(at.text()), at)));
    return new Report.Measured(
        output, comparison.figures(), invariance, limit, divergences, failures);
  }

  /// Returns the indices of the pairs of each query.
  private static List<List<Integer>> groups(List<Input> inputs) {
    var groups = new LinkedHashMap<String, List<Integer>>();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i) instanceof Input.Pair(var texts, _, _)) {
        groups.computeIfAbsent(texts.query(), _ -> new ArrayList<>()).add(i);
      }
    }
    return List.copyOf(groups.values());
  }

  /// Returns the witness's values; throws a `Problem` where they are not as many as the model's.
  private List<float[]> expected(List<Integer> indices, List<float[]> actual) {
    var expected = new ArrayList<float[]>();
    for (int i = 0; i < indices.size(); i++) {
      var reference = references.get(indices.get(i));
      if (reference.values().length != actual.get(i).length) {
        throw new Problem(
            Category.BAD_INPUT,
            "Reference "
                + (indices.get(i) + 1)
                + " has "
                + reference.values().length
                + " values for "
                + reference.output().port()
                + ", the model gives "
                + actual.get(i).length
                + ".",
            "The text was given to the model with other tokens.",
            "Check prompt, role and limit of the references.");
      }
      expected.add(reference.values());
    }
    return expected;
  }
}
