package dev.embark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Measures of a ranking against what trec_eval says of it (pytrec_eval 0.5).
final class RankingTest {
  private static final double[] SCORES = {0.1, 0.9, 0.8, 0.7, 0.2, 0.6, 0.5, 0.4};

  /// The tenth document was judged and is not in the collection.
  private static final Map<Integer, Double> GAINS = Map.of(0, 3.0, 3, 1.0, 4, 2.0, 9, 1.0);

  private static final Ranking RANKING = Ranking.of(SCORES, 100, GAINS);

  @Test
  void gainsAreDiscountedAsByTrecEval() {
    assertThat(RANKING.ndcg(3)).isCloseTo(0.10500099787698204, within(1e-12));
    assertThat(RANKING.ndcg(10)).isCloseTo(0.40694205499674807, within(1e-12));
  }

  @Test
  void precisionRankAndRecallAreThoseOfTrecEval() {
    assertThat(RANKING.averagePrecision()).isCloseTo(0.24851190476190477, within(1e-12));
    assertThat(RANKING.reciprocalRank()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(RANKING.recall(5)).isEqualTo(0.25);
  }

  @Test
  void ofEqualScoresTheFirstDocumentIsAhead() {
    var ranking = Ranking.of(new double[] {1, 1, 1}, 100, Map.of(1, 1.0));

    assertThat(ranking.reciprocalRank()).isEqualTo(0.5);
  }

  @Test
  void whatIsBeyondTheLastPlaceIsNotFound() {
    var ranking = Ranking.of(SCORES, 2, Map.of(3, 1.0));

    assertThat(ranking.reciprocalRank()).isZero();
    assertThat(ranking.averagePrecision()).isZero();
  }

  @Test
  void aScoreThatIsNoNumberIsLast() {
    var ranking = Ranking.of(new double[] {Double.NaN, -5}, 100, Map.of(0, 1.0));

    assertThat(ranking.reciprocalRank()).isEqualTo(0.5);
  }
}
