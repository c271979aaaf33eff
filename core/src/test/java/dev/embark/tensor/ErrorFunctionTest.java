package dev.embark.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorFunctionTest {
  /// Abramowitz & Stegun, Handbook of Mathematical Functions, table 7.1, ten decimals.
  @ParameterizedTest
  @CsvSource({
    "0,    0",
    "0.02, 0.0225645747",
    "0.1,  0.1124629160",
    "0.5,  0.5204998778",
    "1,    0.8427007929",
    "1.5,  0.9661051465",
    "2,    0.9953222650"
  })
  void agreesWithThePublishedTable(double x, double expected) {
    assertThat(ErrorFunction.erf(x)).isCloseTo(expected, within(0.5e-10));
    assertThat(ErrorFunction.erf(-x)).isCloseTo(-expected, within(0.5e-10));
  }

  /// From a C library in double precision.
  @ParameterizedTest
  @CsvSource({
    "0.5, 0.5204998778130465",
    "1,   0.8427007929497149",
    "3,   0.9999779095030014",
    "4,   0.9999999845827421",
    "5,   0.9999999999984626"
  })
  void isExactToFifteenDigits(double x, double expected) {
    assertThat(ErrorFunction.erf(x)).isCloseTo(expected, within(1e-15));
  }

  @Test
  void isOneFarOutAndContinuousWhereTheSeriesEnds() {
    assertThat(ErrorFunction.erf(Math.nextDown(6.0))).isCloseTo(1, within(1e-15));
    assertThat(ErrorFunction.erf(Math.nextUp(6.0))).isEqualTo(1);
    assertThat(ErrorFunction.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
  }
}
