package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Backend;
import dev.embark.embed.EncodedText;
import dev.embark.graph.Graph;
import dev.embark.graph.Grid;
import dev.embark.graph.Interpreter;
import dev.embark.graph.Node;
import dev.embark.graph.Value;
import dev.embark.problem.Problem;
import dev.embark.target.onnx.Flavor;
import dev.embark.tensor.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds where inside the model a wrong conversion parts from the original.
///
/// The converted graph is written once more with all its values as outputs, and each that the
/// original has too is compared with the interpreter's, in the order of computation. Passes keep
/// the names of the values they do not replace, so a layer that a pass has joined with others is
/// told by what comes after it.
final class Diagnosis {
  /// Positions computed, padding included: all values of a model are held at the same time.
  private static final int POSITIONS_MAX = 64;

  /// Positions of padding after the text, for mistakes that only padding shows.
  private static final int PADDING = 4;

  /// Largest difference of a value that is noise, as a share of the largest value beside it.
  private static final double NOISE = 2e-5;

  private final Graph original;
  private final Graph converted;
  private final Flavor flavor;
  private final int positions;

  /// Prepares to compare the graph of the untouched checkpoint with what passes made of it.
  ///
  /// @param maxTokens positions that the model has
  Diagnosis(Graph original, Graph converted, Flavor flavor, int maxTokens) {
    this.original = original;
    this.converted = converted;
    this.flavor = flavor;
    this.positions = Math.min(maxTokens, POSITIONS_MAX);
  }

  /// Returns a sentence on the first value that differs for a text; nothing where none does, or
  /// where the runtime refuses.
  ///
  /// @param scratch where a file can be written that the caller removes
  Optional<String> explain(EncodedText text, Backend backend, Path scratch) {
    try (var inside = Inside.open(converted, comparable(), flavor, backend, scratch)) {
      return firstDifference(inside, text);
    } catch (Problem _) {
      // The failure to be explained matters more than its explanation.
      return Optional.empty();
    }
  }

  /// Returns the computed values that both graphs have, in the original's order.
  private List<Value> comparable() {
    var kept = converted.nodes().stream().map(Node::output).collect(Collectors.toSet());
    return original.nodes().stream()
        .map(Node::output)
        .filter(value -> value.type() == ElementType.F32 && kept.contains(value))
        .toList();
  }

  private Optional<String> firstDifference(Inside inside, EncodedText text) {
    int sequence = Math.min(text.length() + PADDING, positions);
    var values = inside.run(text, sequence);
    var expected =
        new Interpreter(original)
            .run(
                Feeds.toGrids(Feeds.of(List.of(text), sequence)),
                values.keySet().stream().map(Value::name).collect(Collectors.toSet()));
    return values.entrySet().stream()
        .map(entry ->
            difference(
                entry.getValue(),
                requireNonNull(expected.get(entry.getKey().name())),
                entry.getKey(),
                Inside.sizes(entry.getKey(), sequence)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> difference(
      float[] got, Grid expected, Value value, long[] sizes) {
    var want = expected.values();
    double allowed = NOISE * Arrays.stream(want).map(Math::abs).max().orElse(0);
    for (int i = 0; i < want.length; i++) {
      // Written so that NaN, which compares with nothing, is beyond every limit.
      if (!(Math.abs(want[i] - got[i]) <= allowed)) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "Inside the model the first value that differs is %s %s at %d: expected %.8g, got"
                    + " %.8g.",
                value.name(),
                Arrays.toString(sizes),
                i,
                want[i],
                got[i]));
      }
    }
    return Optional.empty();
  }
}
