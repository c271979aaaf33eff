package dev.embark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BootstrapTest {
  private static double[] noise(long seed) {
    var random = new SplittableRandom(seed);
    var values = new double[400];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  @Test
  void theIntervalOfAMeanIsThatOfTheNormalDistribution() {
    var interval = Bootstrap.of(Measure.mean("mean", noise(1)));

    // 1.96 standard errors of 400 values.
    assertThat(interval.high() - interval.value()).isCloseTo(0.098, within(0.015));
    assertThat(interval.value() - interval.low()).isCloseTo(0.098, within(0.015));
  }

  @Test
  void everyRunDrawsAlike() {
    var measure = Measure.mean("mean", noise(2));

    assertThat(Bootstrap.of(measure)).isEqualTo(Bootstrap.of(measure));
  }

  @Test
  void aDifferenceIsTakenOnTheSameUnits() {
    var values = noise(3);
    var better = Arrays.stream(values).map(value -> value + 0.02).toArray();

    var difference = Bootstrap.ofDifference(Measure.mean("m", better), Measure.mean("m", values));

    assertThat(difference.value()).isCloseTo(0.02, within(1e-12));
    assertThat(difference.excludesZero()).isTrue();
    assertThat(difference.high() - difference.low()).isLessThan(1e-9);
  }

  @Test
  void twoSidesThatDifferByNoiseMayBeEqual() {
    var difference =
        Bootstrap.ofDifference(Measure.mean("m", noise(4)), Measure.mean("m", noise(5)));

    assertThat(difference.excludesZero()).isFalse();
  }
}
