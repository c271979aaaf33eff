package dev.embark.verify;

import dev.embark.bundle.Output;
import dev.embark.bundle.Variation;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Attempts to change the values of a few inputs by their company.
///
/// They are tried on a handful of inputs of different lengths, because a batch is as expensive as
/// its longest input times their number. Batches are asked for on several threads, which the engine
/// puts up with as with any users.
final class Variations {
  private static final int SAMPLE_TEXTS = 8;
  private static final int SAMPLE_TOKENS_MAX = 128;

  private final Engine engine;
  private final Output output;
  private final List<Input> inputs;
  private final List<float[]> before;
  private final List<Sample> sample;
  private final List<float[]> alone;

  /// An input with its length, filled up as its role says.
  private record Sample(Input input, int tokens) {}

  /// Chooses among inputs those that are tried, and computes them.
  ///
  /// @param before values of all inputs, computed before
  Variations(Engine engine, Output output, List<Input> inputs, List<float[]> before) {
    this.engine = engine;
    this.output = output;
    this.inputs = List.copyOf(inputs);
    this.before = List.copyOf(before);
    this.sample = sample(inputs);
    this.alone = padded(0);
  }

  /// Returns inputs that are read as the first is, evenly spread over the lengths there are,
  /// shortest first.
  private List<Sample> sample(List<Input> inputs) {
    var all = new ArrayList<Sample>();
    for (var input : inputs) {
      if (isReadAlike(input, inputs.getFirst())) {
        all.add(new Sample(input, engine.encode(input, output).length()));
      }
    }
    all.sort(Comparator.comparingInt(Sample::tokens));
    int affordable =
        (int) all.stream().filter(sample -> sample.tokens() <= SAMPLE_TOKENS_MAX).count();
    var pool = all.subList(0, Math.max(1, affordable));
    int most =
        switch (engine.pace()) {
          case DEVICE, LOOPS -> SAMPLE_TEXTS;
          case EMULATOR, SIMULATOR -> 1;
        };
    return Spread.of(pool, most);
  }

  private static boolean isReadAlike(Input input, Input other) {
    return input instanceof Input.Text(_, var prompt, var role)
        ? other instanceof Input.Text(_, var otherPrompt, var otherRole)
            && prompt.equals(otherPrompt)
            && role == otherRole
        : other instanceof Input.Pair;
  }

  /// Returns the largest difference under each variation.
  Map<Variation, Double> measure(Progress.Task task) {
    return switch (engine.pace()) {
      case DEVICE, LOOPS -> measureAll(task);
      // A simulator takes one text at a time, which has no company.
      case EMULATOR, SIMULATOR ->
          new EnumMap<>(
              Map.of(
                  Variation.PADDING,
                  atEachLength(lengthsReached()),
                  Variation.REPETITION,
                  Comparison.maxAbs(asBefore(), alone)));
    };
  }

  private List<float[]> asBefore() {
    return sample.stream().map(each -> before.get(inputs.indexOf(each.input()))).toList();
  }

  /// Returns the lengths up to the one that holds the longest input: of what a simulator would take
  /// hours for there is none.
  private List<Integer> lengthsReached() {
    int longest =
        inputs.stream().mapToInt(input -> engine.encode(input, output).length()).max().orElse(0);
    var shorter = engine.lengths().stream().filter(length -> length < longest).count();
    return engine.lengths().stream().limit(shorter + 1).toList();
  }

  private Map<Variation, Double> measureAll(Progress.Task task) {
    var differences = new EnumMap<Variation, Double>(Variation.class);
    List<float[]> batch = together(sample);
    differences.put(Variation.BATCH, Comparison.maxAbs(alone, batch));
    task.advance(1);
    List<float[]> reversed = together(sample.reversed()).reversed();
    differences.put(Variation.ORDER, Comparison.maxAbs(batch, reversed));
    task.advance(1);
    differences.put(Variation.NEIGHBORS, Comparison.maxAbs(alone, betweenNeighbors()));
    task.advance(1);
    double nearly = Comparison.maxAbs(alone, padded(1));
    double widely = Comparison.maxAbs(alone, padded(SAMPLE_TOKENS_MAX / 2));
    differences.put(
        Variation.PADDING, Math.max(atEachLength(engine.lengths()), Math.max(nearly, widely)));
    task.advance(1);
    differences.put(Variation.REPETITION, Comparison.maxAbs(alone, padded(0)));
    task.advance(1);
    return differences;
  }

  /// Returns how much the vector of a short text changes where it is filled up to each of the
  /// lengths that the model's files are made for, each perhaps a program of its own.
  private double atEachLength(List<Integer> lengths) {
    double largest = 0;
    // The sample was already filled up to the shortest.
    for (int length : lengths.stream().skip(1).toList()) {
      if (sample.getFirst().tokens() <= length) {
        var filled = together(sample.subList(0, 1), length);
        largest = Math.max(largest, Comparison.maxAbs(alone.subList(0, 1), filled));
      }
    }
    return largest;
  }

  private List<float[]> padded(int positions) {
    return sample.parallelStream().map(text -> padded(text, positions)).toList();
  }

  private List<float[]> betweenNeighbors() {
    return sample.parallelStream()
        .map(text -> together(List.of(sample.getFirst(), text, sample.getLast())).get(1))
        .toList();
  }

  private float[] padded(Sample text, int positions) {
    int sequence = Math.min(Math.max(1, text.tokens()) + positions, engine.pipeline().maxTokens());
    return together(List.of(text), sequence).getFirst();
  }

  private List<float[]> together(List<Sample> texts) {
    return together(
        texts, Math.max(1, texts.stream().mapToInt(Sample::tokens).max().orElseThrow()));
  }

  private List<float[]> together(List<Sample> texts, int sequence) {
    return engine.valuesTogether(
        texts.stream().map(Sample::input).toList(), output, sequence, Side.RIGHT);
  }
}
