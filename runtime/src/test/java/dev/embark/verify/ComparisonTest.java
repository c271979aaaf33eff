package dev.embark.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.bundle.Agreement;
import dev.embark.bundle.Figures;
import dev.embark.embed.TinyBundle;
import dev.embark.verify.Comparison.Divergence;
import dev.embark.verify.Yardstick.Scale;
import dev.embark.verify.Yardstick.Sort;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
  private static float[] vector(double... values) {
    var vector = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      vector[i] = (float) values[i];
    }
    return vector;
  }

  @Test
  void equalVectorsAgreeInEveryFigure() {
    var vectors = List.of(vector(1, 0), vector(0, 2), vector(0, 0));
    assertThat(Comparison.of(vectors, vectors).figures())
        .isEqualTo(new Figures.Vectors(3, 2, 0, 0, 1, 1, 0, new Agreement(1, 1, 1), 0));
  }

  @Test
  void figuresAreThoseOfTheDefinition() {
    var figures =
        (Figures.Vectors)
            Comparison.of(
                    List.of(vector(3, 4), vector(1, 0)), List.of(vector(3, 4.5), vector(0, 1)))
                .figures();
    assertThat(figures.largest()).isEqualTo(4);
    assertThat(figures.maxAbs()).isEqualTo(1);
    assertThat(figures.meanAbs()).isEqualTo((0.5 + 1 + 1) / 4);
    assertThat(figures.cosineMin()).isZero();
    double cosine = (9 + 18) / (5 * Math.sqrt(9 + 20.25));
    assertThat(figures.cosineMean()).isCloseTo(cosine / 2, within(1e-12));
    assertThat(figures.normMaxAbs()).isCloseTo(Math.sqrt(29.25) - 5, within(1e-12));
  }

  @Test
  void notANumberIsCountedAndBeyondEveryLimit() {
    var comparison = Comparison.of(List.of(vector(1, 2)), List.of(vector(1, Double.NaN)));
    assertThat(comparison.figures().nonFinite()).isEqualTo(1);
    assertThat(comparison.firstBeyond(1e9)).contains(new Divergence(0, 1, 2, Float.NaN));
  }

  @Test
  void firstValueBeyondTheLimitIsFound() {
    var expected = List.of(vector(0, 0, 0), vector(0, 0, 0), vector(0, 0, 0));
    var actual = List.of(vector(0, 0.1, 0), vector(0, 0.1, 0.3), vector(9, 0, 0));
    var comparison = Comparison.of(expected, actual);
    assertThat(comparison.firstBeyond(0.2)).contains(new Divergence(1, 2, 0, 0.3f));
    assertThat(comparison.firstBeyond(10)).isEmpty();
  }

  @Test
  void swappedVectorsKeepNormsButLoseNeighbours() {
    var expected = List.of(vector(1, 0), vector(0.9, 0.1), vector(0, 1), vector(0.1, 0.9));
    var swapped = List.of(expected.get(0), expected.get(2), expected.get(1), expected.get(3));
    assertThat(neighborAgreement(expected, swapped)).isZero();
  }

  @Test
  void equallyNearNeighboursAgree() {
    var expected = List.of(vector(1, 0), vector(0.6, 0.8), vector(0.6, 0.8));
    var nudged = List.of(vector(1, 0), vector(0.6, 0.8), vector(0.6000001, 0.8));
    assertThat(neighborAgreement(expected, nudged)).isEqualTo(1);
  }

  private static double neighborAgreement(List<float[]> expected, List<float[]> actual) {
    return ((Figures.Vectors) Comparison.of(expected, actual).figures()).agreement().nearest();
  }

  @Test
  void vectorsOfTokensAreComparedOneByOne() {
    var yardstick = new Yardstick(Sort.VECTORS, 2, Scale.ABSOLUTE);
    var expected = List.of(vector(1, 0, 0, 1), vector(), vector(1, 1));
    var actual = List.of(vector(1, 0, 1, 0), vector(), vector(1, 1));
    var figures = (Figures.Vectors) Comparison.of(expected, actual, yardstick).figures();
    assertThat(figures.texts()).isEqualTo(3);
    assertThat(figures.cosineMin()).isZero();
    assertThat(figures.cosineMean()).isCloseTo(2 / 3.0, within(1e-7));
    var half = new Yardstick(Sort.VECTORS, 4, Scale.ABSOLUTE);
    assertThatThrownBy(() -> Comparison.of(expected, actual, half))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void scoresAreComparedByTheirOrder() {
    var yardstick = new Yardstick(Sort.SCORES, 1, Scale.RELATIVE_ABOVE_ONE);
    var expected = List.of(vector(3), vector(1), vector(2), vector(2.0001));
    var actual = List.of(vector(3.5), vector(1.1), vector(2.0002), vector(2));
    var figures = (Figures.Scores) Comparison.of(expected, actual, yardstick).figures();
    assertThat(figures.rankingAgreement()).isEqualTo(1);
    assertThat(figures.maxAbs()).isEqualTo(0.5);
    var reversed = List.of(vector(1), vector(3), vector(2), vector(2));
    assertThat(
            ((Figures.Scores) Comparison.of(expected, reversed, yardstick).figures())
                .rankingAgreement())
        .isEqualTo(1 / 6.0);
    assertThat(yardstick.allowed(1e-4, 0.1)).isEqualTo(1e-4);
    assertThat(yardstick.allowed(1e-4, 10)).isEqualTo(1e-3);
  }

  @Test
  void unequalNumbersOfVectorsAreADefect() {
    assertThatThrownBy(() -> Comparison.of(List.of(vector(1)), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Comparison.of(List.of(vector(1)), List.of(vector(1, 2))))
        .isInstanceOf(IllegalArgumentException.class);
    var uneven = List.of(vector(1), vector(1, 2));
    assertThatThrownBy(() -> Comparison.of(uneven, uneven))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void limitsAreKnownForWhatEmbarkWrites() {
    var pipeline = TinyBundle.pipeline();
    for (var target : List.of("onnx", "table")) {
      assertThat(Tolerance.of("fp32", target, pipeline))
          .containsOnlyKeys("sentence_embedding")
          .allSatisfy((_, limits) -> assertThat(limits.maxAbs()).isEqualTo(1e-5));
    }
    assertThatThrownBy(() -> Tolerance.of("int2", "onnx", pipeline))
        .hasMessage(
            """
            There are no limits for int2 on onnx.
            Embark proves [bf16 sophon, fp16 coreml, fp16 onnx, fp16 rknn, fp16 sophon, fp32 coreml, fp32 onnx, fp32 sophon, \
            fp32 table, int4 onnx, int8 onnx, int8-weights coreml, int8-weights onnx, int8-weights sophon].
            Choose one of these.\
            """);
  }
}
