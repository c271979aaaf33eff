package dev.embark.report;

import static java.util.Objects.requireNonNull;

import dev.embark.bundle.Output;
import dev.embark.embed.Engine;
import dev.embark.embed.Input;
import dev.embark.progress.Progress;
import dev.embark.verify.Comparison;
import dev.embark.verify.Reference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The values of one output beside those of the witness, as a person can look at them.
///
/// @param points similarities of two texts, or scores of pairs, on both sides; empty for outputs of
///   tokens
/// @param differences how many values differ by how much
/// @param worst the texts whose values are furthest off, the worst first
record Evidence(List<Point> points, Histogram differences, List<Text> worst) {
  private static final int POINTS_MAX = 900;
  private static final int WORST = 8;

  Evidence {
    points = List.copyOf(points);
    worst = List.copyOf(worst);
  }

  /// A number on both sides.
  record Point(double original, double converted) {}

  /// A text with how far off it is.
  ///
  /// @param cosine of its values on both sides
  /// @param maxAbs largest difference of a value
  record Text(String words, double cosine, double maxAbs) {}

  /// Computes the values of all references; returns the evidence for each output by its name.
  static Map<String, Evidence> of(Engine engine, List<Reference> references, Progress progress) {
    var byOutput = new LinkedHashMap<Output, List<Reference>>();
    references.forEach(reference ->
        byOutput.computeIfAbsent(reference.output(), _ -> new ArrayList<>()).add(reference));
    var evidence = new LinkedHashMap<String, Evidence>();
    try (var task = progress.begin("Looking closer", references.size(), Progress.Unit.TEXTS)) {
      byOutput.forEach((output, own) -> {
        var values = engine.values(own.stream().map(Reference::input).toList(), output, task);
        evidence.put(output.port(), of(output, own, values));
      });
    }
    return evidence;
  }

  private static Evidence of(Output output, List<Reference> references, List<float[]> values) {
    var expected = references.stream().map(Reference::values).toList();
    var texts = new ArrayList<Text>();
    for (int i = 0; i < values.size(); i++) {
      texts.add(text(references.get(i), values.get(i)));
    }
    var worst =
        texts.stream()
            .sorted(Comparator.comparingDouble(Text::maxAbs).reversed())
            .limit(WORST)
            .toList();
    return new Evidence(points(output, expected, values), Histogram.of(expected, values), worst);
  }

  private static Text text(Reference reference, float[] values) {
    float[] expected = reference.values();
    double maxAbs = 0;
    for (int i = 0; i < expected.length; i++) {
      maxAbs = Math.max(maxAbs, Math.abs((double) expected[i] - values[i]));
    }
    var words =
        switch (reference.input()) {
          case Input.Text(var text, _, _) -> text;
          case Input.Pair(var pair, _, _) -> pair.query() + " | " + pair.document();
        };
    return new Text(words, Comparison.cosine(expected, values), maxAbs);
  }

  private static List<Point> points(Output output, List<float[]> expected, List<float[]> values) {
    return switch (output) {
      case Output.Score _ -> scores(expected, values);
      case Output.Embedding _, Output.Sparse _ -> similarities(expected, values);
      case Output.Lexical _, Output.MultiVector _ -> List.of();
    };
  }

  private static List<Point> scores(List<float[]> expected, List<float[]> values) {
    var points = new ArrayList<Point>();
    for (int pair = 0; pair < values.size(); pair++) {
      for (int label = 0; label < values.get(pair).length; label++) {
        points.add(new Point(expected.get(pair)[label], values.get(pair)[label]));
      }
    }
    return points.subList(0, Math.min(POINTS_MAX, points.size()));
  }

  /// Returns pairs of texts evenly spread over all there are.
  private static List<Point> similarities(List<float[]> expected, List<float[]> values) {
    int count = values.size();
    long all = (long) count * (count - 1) / 2;
    long step = Math.max(1, Math.ceilDiv(all, POINTS_MAX));
    var points = new ArrayList<Point>();
    long pair = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        if (pair++ % step == 0) {
          points.add(
              new Point(
                  Comparison.cosine(expected.get(i), expected.get(j)),
                  Comparison.cosine(values.get(i), values.get(j))));
        }
      }
    }
    return points;
  }

  static Evidence named(Map<String, Evidence> all, String output) {
    return requireNonNull(all.get(output), output);
  }
}
