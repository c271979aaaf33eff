package dev.embark.evaluate;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.PriorityQueue;

/// The documents of one query in a model's order, measured against what is known of them.
///
/// nDCG with linear gains and `1 / log2(rank + 1)`, as trec_eval's `ndcg_cut`; average precision
/// and reciprocal rank over all documents ranked.
final class Ranking {
  private final int[] order;
  private final Map<Integer, Double> relevant;

  private Ranking(int[] order, Map<Integer, Double> relevant) {
    this.order = order;
    this.relevant = relevant;
  }

  /// Ranks documents by their scores, equal ones by their index.
  ///
  /// @param most how many places are filled
  static Ranking of(double[] scores, int most, Map<Integer, Double> relevant) {
    // The worst on top, to be replaced; of equal scores, the later document is worse.
    var best =
        new PriorityQueue<Integer>((a, b) ->
            scores[a] == scores[b] ? b - a : Double.compare(key(scores[a]), key(scores[b])));
    for (int i = 0; i < scores.length; i++) {
      best.add(i);
      if (best.size() > most) {
        best.remove();
      }
    }
    var order = new int[best.size()];
    for (int place = order.length - 1; place >= 0; place--) {
      order[place] = best.remove();
    }
    return new Ranking(order, relevant);
  }

  private static double key(double score) {
    return Double.isNaN(score) ? Double.NEGATIVE_INFINITY : score;
  }

  double ndcg(int places) {
    double gained = 0;
    for (int place = 0; place < Math.min(places, order.length); place++) {
      gained += relevant.getOrDefault(order[place], 0.0) / discount(place);
    }
    var gains = relevant.values().stream().sorted(Collections.reverseOrder()).toList();
    double possible = 0;
    for (int place = 0; place < Math.min(places, gains.size()); place++) {
      possible += gains.get(place) / discount(place);
    }
    return gained / possible;
  }

  private static double discount(int place) {
    return Math.log(place + 2.0) / Math.log(2);
  }

  /// Returns the share of relevant documents that are among the first places.
  double recall(int places) {
    long found = Arrays.stream(order).limit(places).filter(relevant::containsKey).count();
    return (double) found / relevant.size();
  }

  double reciprocalRank() {
    for (int place = 0; place < order.length; place++) {
      if (relevant.containsKey(order[place])) {
        return 1.0 / (place + 1);
      }
    }
    return 0;
  }

  double averagePrecision() {
    double sum = 0;
    int found = 0;
    for (int place = 0; place < order.length; place++) {
      if (relevant.containsKey(order[place])) {
        found++;
        sum += (double) found / (place + 1);
      }
    }
    return sum / relevant.size();
  }
}
