package dev.embark.report;

import dev.embark.bundle.Output;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.progress.Progress;
import dev.embark.verify.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How fast the variants of a bundle are, measured one after the other, round by round, so that
/// what else the machine does meets them all.
final class Speed {
  private static final int ROUNDS = 3;
  private static final int INPUTS_MAX = 48;
  private static final int INPUTS_MIN = 4;

  /// Seconds that a round may take of one variant, where so few inputs are not slower already.
  private static final double ROUND_SECONDS = 1;

  private static final int CHARS_MAX = 400;

  private final List<Input> inputs;
  private final Output output;

  private Speed(List<Input> inputs, Output output) {
    this.inputs = inputs;
    this.output = output;
  }

  /// Takes the inputs of references that are as long as a sentence or two.
  static Speed of(List<Reference> references) {
    var output = references.getFirst().output();
    var inputs =
        references.stream()
            .filter(reference -> reference.output().equals(output))
            .map(Reference::input)
            .filter(input -> chars(input) <= CHARS_MAX)
            .limit(INPUTS_MAX)
            .toList();
    return new Speed(inputs.isEmpty() ? List.of(references.getFirst().input()) : inputs, output);
  }

  private static int chars(Input input) {
    return switch (input) {
      case Input.Text(var text, _, _) -> text.length();
      case Input.Pair(var texts, _, _) -> texts.query().length() + texts.document().length();
    };
  }

  /// Returns the inputs a second of each engine: the median of its rounds.
  double[] measure(List<Engine> engines, Progress progress) {
    var seconds = new ArrayList<double[]>();
    engines.forEach(_ -> seconds.add(new double[ROUNDS]));
    long steps = (long) engines.size() * (ROUNDS + 1);
    try (var task = progress.begin("Measuring speed", steps, Progress.Unit.STEPS)) {
      int few = Math.min(INPUTS_MIN, inputs.size());
      double slowest = 0;
      for (var engine : engines) {
        slowest = Math.max(slowest, seconds(engine, few) / few);
        task.advance(1);
      }
      int affordable = (int) Math.min(INPUTS_MAX, ROUND_SECONDS / slowest);
      int count = Math.clamp(affordable, few, inputs.size());
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < engines.size(); i++) {
          seconds.get(i)[round] = seconds(engines.get(i), count);
          task.advance(1);
        }
      }
      return seconds.stream().mapToDouble(rounds -> count / median(rounds)).toArray();
    }
  }

  private double seconds(Engine engine, int count) {
    var silent = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
    long start = System.nanoTime();
    engine.values(inputs.subList(0, count), output, silent);
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(double[] rounds) {
    var sorted = rounds.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
