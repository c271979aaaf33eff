package dev.embark.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embark.bundle.Agreement;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NeighborhoodTest {
  private static float[] at(double degrees) {
    double angle = Math.toRadians(degrees);
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  private static final List<float[]> WANT = List.of(at(0), at(10), at(40), at(45));

  @Test
  void aTurnOfAllChangesNothing() {
    var got = List.of(at(100), at(110), at(140), at(145));

    assertThat(new Neighborhood(WANT, got).agreement())
        .usingRecursiveComparison()
        .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1, Double.class)
        .isEqualTo(new Agreement(1, 1, 1));
  }

  @Test
  void eachThingWhoseNearestIsAnotherCounts() {
    // The second goes over to the third, which goes on having the fourth.
    var got = List.of(at(0), at(38), at(40), at(41));

    var agreement = new Neighborhood(WANT, got).agreement();

    assertThat(agreement.nearest()).isEqualTo(3 / 4.0);
    // Of three others, all three are near.
    assertThat(agreement.tenNearest()).isEqualTo(1);
    assertThat(agreement.order()).isBetween(0.3, 0.95);
  }

  @Test
  void equallyNearOnesStandForEachOther() {
    var want = List.of(at(0), at(10), at(-10));
    var got = List.of(at(0), at(10.0), at(-9.9));

    assertThat(new Neighborhood(want, got).agreement().nearest()).isEqualTo(1);
  }

  @Test
  void ranksGoTogetherAsScipySays() {
    // scipy.stats.spearmanr([1, 2, 2, 4, 5], [2, 1, 3, 3, 9]), with ties.
    assertThat(Correlation.spearman(new double[] {1, 2, 2, 4, 5}, new double[] {2, 1, 3, 3, 9}))
        .isCloseTo(0.7631578947368421, within(1e-12));
    assertThat(Correlation.pearson(new double[] {1, 2, 3}, new double[] {3, 2, 1}))
        .isCloseTo(-1, within(1e-12));
  }
}
