package dev.embark.pass;

import dev.embark.graph.Value;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What calibration texts have shown of values inside a graph, channel by channel: a channel is an
/// index of the last axis.
///
/// Filled by whoever runs the graph, read by passes.
public final class Channels {
  private final Map<String, Statistics> values = new HashMap<>();

  private static final class Statistics {
    private final float[] largest;
    private final double[] squares;
    private long tokens;

    private Statistics(int width) {
      largest = new float[width];
      squares = new double[width];
    }
  }

  /// Adds tokens of a value, one after the other.
  public void add(Value value, float[] tokens) {
    int width = Math.toIntExact(value.shape().size(-1));
    var statistics = values.computeIfAbsent(value.name(), _ -> new Statistics(width));
    for (int i = 0; i < tokens.length; i++) {
      int channel = i % width;
      statistics.largest[channel] = Math.max(statistics.largest[channel], Math.abs(tokens[i]));
      statistics.squares[channel] += (double) tokens[i] * tokens[i];
    }
    statistics.tokens += tokens.length / width;
  }

  /// Returns the largest absolute value of each channel in any of some values; throws
  /// `IllegalStateException` for a value that was never seen.
  float[] largest(Set<Value> together) {
    var largest = new float[0];
    for (var value : together) {
      float[] own = seen(value).largest;
      if (largest.length == 0) {
        largest = own.clone();
      }
      for (int i = 0; i < own.length; i++) {
        largest[i] = Math.max(largest[i], own[i]);
      }
    }
    return largest;
  }

  /// Returns the mean square of each channel in some values, by which an error in a column of a
  /// matrix grows; all alike where none of them was seen.
  Weight importance(Set<Value> together) {
    int width = Math.toIntExact(together.iterator().next().shape().size(-1));
    var squares = new double[width];
    long tokens = 0;
    for (var value : together) {
      var statistics = values.get(value.name());
      if (statistics != null) {
        tokens += statistics.tokens;
        for (int i = 0; i < width; i++) {
          squares[i] += statistics.squares[i];
        }
      }
    }
    if (tokens == 0) {
      return new Weight.Repeated(1, Shape.of(width));
    }
    var means = new float[width];
    for (int i = 0; i < width; i++) {
      // Channels that the texts never used may be used by others.
      means[i] = (float) Math.max(1e-12, squares[i] / tokens);
    }
    return new Weight.Stored(Tensor.of(Shape.of(width), means));
  }

  private Statistics seen(Value value) {
    var statistics = values.get(value.name());
    if (statistics == null) {
      throw new IllegalStateException(value + " was not seen in calibration");
    }
    return statistics;
  }
}
