package dev.embark.graph;

import static dev.embark.graph.Ops.matrix;
import static dev.embark.graph.Ops.row;
import static dev.embark.graph.Ops.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Operations of gated networks, experts and their norms, against numbers worked out by hand.
class MoreOpsTest {
  private static final Offset<Double> DOUBLE = within(1e-14);
  private static final Offset<Double> FLOAT = within(1e-7);

  private final Ops ops = new Ops();

  private static double[][] text(double[]... tokens) {
    return tokens;
  }

  private static double[] values(double... values) {
    return values;
  }

  @Test
  void rmsNormDividesByTheRootOfTheMeanSquare() {
    // Mean of squares 10; with epsilon 6 the divisor is 4.
    var input = ops.vectors("x", values(2, 4), values(0, 0));
    assertThat(ops.compute(new Op.RmsNorm(input, vector("weight", 1, 3), 6)))
        .containsExactly(values(0.5, 3, 0, 0), DOUBLE);
  }

  @Test
  void rmsNormOfPartsNormalisesEachHeadAlone() {
    var input = ops.hidden("x", text(values(3, 4, 30, 40), values(0, 5, 5, 0)));
    double root = Math.sqrt(12.5);
    assertThat(ops.compute(new Op.RmsNorm(input, vector("weight", 1, 2), 1e-30)))
        .containsExactly(
            values(
                3 / root, 8 / root, 3 / root, 8 / root, //
                0, 10 / root, 5 / root, 0),
            DOUBLE);
  }

  @Test
  void multiplyStretchesDimensionsOfSizeOne() {
    var left = ops.hidden("left", text(values(1, 2), values(3, 4)));
    var right = ops.hidden("right", text(values(10), values(20)));
    assertThat(ops.compute(new Op.Multiply(left, right))).containsExactly(10, 20, 60, 80);
    assertThat(ops.compute(new Op.Multiply(right, left))).containsExactly(10, 20, 60, 80);
  }

  @Test
  void rightOperandMayLackTheFirstDimensions() {
    var left =
        ops.hidden("left", text(values(1, 2), values(3, 4)), text(values(5, 6), values(7, 8)));
    var row = ops.put("row", new Op.Parameter(matrix("weight", row(10, 20))));
    assertThat(ops.compute(new Op.Add(left, row))).containsExactly(11, 22, 13, 24, 15, 26, 17, 28);
    var single = ops.put("single", new Op.Parameter(vector("vector", 2, 3)));
    assertThat(ops.compute(new Op.Multiply(left, single)))
        .containsExactly(2, 6, 6, 12, 10, 18, 14, 24);
  }

  @Test
  void leftOperandMayNot() {
    var left = Ops.vectors("left", 2);
    var right = Ops.hidden("right", 2);
    assertThatThrownBy(() -> ShapeInference.infer(new Op.Add(left, right)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has more dimensions than");
  }

  @Test
  void parameterIsItsValues() {
    assertThat(ops.compute(new Op.Parameter(matrix("weight", row(1, 2), row(3, 4)))))
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void scaleMultipliesByANumber() {
    assertThat(ops.compute(new Op.Scale(ops.vectors("x", values(1, -3)), 0.5)))
        .containsExactly(0.5, -1.5);
  }

  @Test
  void sliceTakesAPartOfTheLastAxis() {
    var input = ops.hidden("x", text(values(1, 2, 3, 4), values(5, 6, 7, 8)));
    assertThat(ops.compute(new Op.Slice(input, 1, 2))).containsExactly(2, 3, 6, 7);
  }

  @Test
  void sumOfTokensLeavesOutWhatIsMasked() {
    var tokens =
        ops.hidden(
            "x", text(values(1), values(2), values(100)), text(values(3), values(4), values(5)));
    var mask = ops.tokens("mask", new long[] {1, 2, 0}, new long[] {0, 1, 1});
    assertThat(ops.compute(new Op.SumTokens(tokens, mask))).containsExactly(3, 9);
  }

  @Test
  void logarithmOfOnePlusWhatIsPositive() {
    var input = ops.vectors("x", values(-2, 0, Math.E - 1));
    assertThat(ops.compute(new Op.Activate(input, Activation.LOG1P_RELU)))
        .containsExactly(values(0, 0, 1), DOUBLE);
  }

  @Test
  void quickGeluHasItsValue() {
    // 1/(1 + e^−1.702) and −1/(1 + e^1.702) from the definition.
    var input = ops.vectors("x", values(1, -1, 0));
    assertThat(ops.compute(new Op.Activate(input, Activation.QUICK_GELU)))
        .containsExactly(values(0.8457957659328212, -0.1542042340671788, 0), DOUBLE);
  }

  /// Three experts of width 1 over vectors of 2; scores are 0, ln 2 and ln 5 for the first token,
  /// so probabilities 1/8, 2/8 and 5/8, and for the second with the opposite sign 10/17, 5/17 and
  /// 2/17.
  private static Experts experts(int used) {
    var router = matrix("router", row(0, 0), row(Math.log(2), 0), row(Math.log(5), 0));
    var inner = matrix("inner", row(0, 1), row(0, 2), row(0, 3));
    var outer = matrix("outer", row(1, 10), row(1, 100), row(1, 1000));
    return new Experts(router, inner, outer, vector("bias", 7, 0), used, Activation.RELU);
  }

  @Test
  void mixtureAddsTheLikeliestExpertsWithoutScalingTheirShares() {
    var input = ops.hidden("x", text(values(1, 1), values(-1, 1)));
    assertThat(ops.compute(new Op.Mixture(input, experts(2))))
        .containsExactly(
            values(
                7 + 2 * 2 / 8.0 + 3 * 5 / 8.0,
                2 * 100 * 2 / 8.0 + 3 * 1000 * 5 / 8.0,
                7 + 10 / 17.0 + 2 * 5 / 17.0,
                10 * 10 / 17.0 + 2 * 100 * 5 / 17.0),
            within(1e-4));
  }

  @Test
  void mixtureWithOneExpertUsesTheLikeliest() {
    var input = ops.hidden("x", text(values(1, 1)));
    assertThat(ops.compute(new Op.Mixture(input, experts(1))))
        .containsExactly(values(7 + 3 * 5 / 8.0, 3000 * 5 / 8.0), within(1e-4));
  }

  @Test
  void expertsThatTieAreTakenInTheirOrder() {
    var router = matrix("router", row(0, 0), row(0, 0), row(0, 0));
    var inner = matrix("inner", row(0, 1), row(0, 2), row(0, 3));
    var outer = matrix("outer", row(1, 0), row(1, 0), row(1, 0));
    var experts = new Experts(router, inner, outer, vector("bias", 0, 0), 2, Activation.RELU);
    var input = ops.hidden("x", text(values(1, 1)));
    assertThat(ops.compute(new Op.Mixture(input, experts)))
        .containsExactly(values((1 + 2) / 3.0, 0), FLOAT);
  }
}
