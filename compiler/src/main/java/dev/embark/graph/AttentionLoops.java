package dev.embark.graph;

import dev.embark.tensor.Weight;
import java.util.stream.IntStream;

/// Attention as the [Interpreter] computes it, head by head and text by text.
final class AttentionLoops {
  /// Stands for scores to which nothing is added.
  static final Grid NO_BIAS = new Grid(new long[] {0}, new double[0]);

  /// The score of a token that is not seen: the most negative float, as transformers has it. Where
  /// no token is seen, all have this score and weigh the same.
  private static final double UNSEEN = -Float.MAX_VALUE;

  private final Grid query;
  private final Grid key;
  private final Grid value;
  private final Heads heads;
  private final int sequence;
  private final int size;

  /// @param query `[batch, sequence, heads·size]`, key and value with the key heads
  AttentionLoops(Grid query, Grid key, Grid value, Heads heads) {
    this.query = query;
    this.key = key;
    this.value = value;
    this.heads = heads;
    this.sequence = query.size(1);
    this.size = query.size(2) / heads.query();
  }

  /// Returns `[batch, sequence, heads·size]`.
  ///
  /// @param bias `[1 or batch, heads, sequence, sequence]`, or [#NO_BIAS]
  Grid attend(Grid mask, Grid bias) {
    var result = query.withLast(query.size(2));
    IntStream.range(0, query.size(0) * heads.query())
        .parallel()
        .forEach(task -> attend(new Head(task), mask, bias, result));
    return result;
  }

  private void attend(Head head, Grid mask, Grid bias, Grid result) {
    for (int i = 0; i < sequence; i++) {
      var scores = head.scores(i);
      if (bias != NO_BIAS) {
        int text = bias.size(0) == 1 ? 0 : head.text;
        int at = ((text * heads.query() + head.number) * sequence + i) * sequence;
        for (int j = 0; j < sequence; j++) {
          scores[j] += bias.values()[at + j];
        }
      }
      for (int j = 0; j < sequence; j++) {
        if (mask.values()[head.text * sequence + j] == 0 || !heads.sight().reaches(i, j)) {
          scores[j] = UNSEEN;
        }
      }
      softmax(scores);
      head.mix(scores, i, result);
    }
  }

  /// One head of one text.
  private final class Head {
    private final int text;
    private final int number;
    private final int shared;

    /// `[size][sequence]`, so that the loop over tokens can be vectorised.
    private final double[][] keys;

    Head(int task) {
      text = task / heads.query();
      number = task % heads.query();
      shared = number / heads.group();
      keys = new double[size][sequence];
      for (int j = 0; j < sequence; j++) {
        int from = at(key, j, shared);
        for (int k = 0; k < size; k++) {
          keys[k][j] = key.values()[from + k];
        }
      }
    }

    /// Returns where the values of a token begin in the head's part of `grid`.
    private int at(Grid grid, int token, int part) {
      return (text * sequence + token) * grid.size(2) + part * size;
    }

    /// Returns the product of a token's query with the key of each token, times the scale.
    double[] scores(int token) {
      var scores = new double[sequence];
      int from = at(query, token, number);
      for (int k = 0; k < size; k++) {
        double factor = query.values()[from + k];
        var values = keys[k];
        for (int j = 0; j < sequence; j++) {
          scores[j] += factor * values[j];
        }
      }
      for (int j = 0; j < sequence; j++) {
        scores[j] *= heads.scale();
      }
      return scores;
    }

    /// Writes the values of all tokens, each times its weight, to the row of `token`.
    void mix(double[] weights, int token, Grid result) {
      var sums = new double[size];
      for (int j = 0; j < sequence; j++) {
        int from = at(value, j, shared);
        for (int k = 0; k < size; k++) {
          sums[k] += weights[j] * value.values()[from + k];
        }
      }
      System.arraycopy(sums, 0, result.values(), at(result, token, number), size);
    }
  }

  /// Turns scores into weights whose sum is 1.
  private static void softmax(double[] scores) {
    double max = UNSEEN;
    for (double score : scores) {
      max = Math.max(max, score);
    }
    double sum = 0;
    for (int j = 0; j < scores.length; j++) {
      scores[j] = Math.exp(scores[j] - max);
      sum += scores[j];
    }
    for (int j = 0; j < scores.length; j++) {
      scores[j] /= sum;
    }
  }

  /// Returns `[1, heads, sequence, sequence]`.
  static Grid distanceBias(int sequence, Weight table) {
    int heads = table.rowLength();
    int reach = Math.toIntExact(table.rows()) / 2;
    var scores = table.toArray();
    var result =
        new Grid(
            new long[] {1, heads, sequence, sequence}, new double[heads * sequence * sequence]);
    int at = 0;
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < sequence; i++) {
        for (int j = 0; j < sequence; j++) {
          int row = Math.clamp((long) j - i, -reach, reach) + reach;
          result.values()[at++] = scores[row * heads + head];
        }
      }
    }
    return result;
  }

  /// Returns `[batch, heads, sequence, sequence]`.
  static Grid positionScores(Grid tokens, Grid positions, Distances distances, Heads heads) {
    int batch = tokens.size(0);
    int sequence = tokens.size(1);
    int size = tokens.size(2) / heads.query();
    var sizes = new long[] {batch, heads.query(), sequence, sequence};
    var result = new Grid(sizes, new double[batch * heads.query() * sequence * sequence]);
    IntStream.range(0, batch * heads.query())
        .parallel()
        .forEach(task -> {
          int head = task % heads.query();
          int text = task / heads.query();
          for (int i = 0; i < sequence; i++) {
            for (int j = 0; j < sequence; j++) {
              int token = distances.side() == Distances.Side.LOOKING ? i : j;
              int left = (text * sequence + token) * tokens.size(2) + head * size;
              int right = distances.row(i, j) * positions.size(1) + head * size;
              double product =
                  Interpreter.dot(tokens.values(), left, positions.values(), right, size);
              result.values()[(task * sequence + i) * sequence + j] = product * heads.scale();
            }
          }
        });
    return result;
  }
}
