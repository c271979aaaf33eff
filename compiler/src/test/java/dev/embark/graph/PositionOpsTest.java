package dev.embark.graph;

import static dev.embark.graph.Ops.matrix;
import static dev.embark.graph.Ops.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Operations that know where tokens are, against numbers worked out by hand.
class PositionOpsTest {
  private static final Offset<Double> DOUBLE = within(1e-14);

  /// For angles, which are rounded to 32 bits.
  private static final Offset<Double> FLOAT = within(1e-7);

  private static final double THREE = Math.log(3);

  private final Ops ops = new Ops();

  private static double[][] text(double[]... tokens) {
    return tokens;
  }

  private static double[] values(double... values) {
    return values;
  }

  private static long[] ids(long... ids) {
    return ids;
  }

  @Test
  void tokenPositionsCountWhatIsNoPaddingOnEitherSide() {
    var tokens = ops.tokens("ids", ids(0, 5, 2, 1, 1), ids(1, 1, 0, 1, 2));
    assertThat(ops.compute(new Op.TokenPositions(tokens, 1)))
        .containsExactly(2, 3, 4, 1, 1, 1, 1, 2, 1, 3);
  }

  @Test
  void rotationTurnsEachPlaneOfEachHeadByItsAngle() {
    // A quarter turn and a half turn a position; planes are values 0 and 2, 1 and 3 of a head.
    var quarter = (float) (Math.PI / 2);
    var rotation = new Rotation(List.of(quarter, 2 * quarter), 1);
    var head = values(1, 2, 3, 4, 10, 20, 30, 40);
    var x = ops.hidden("x", text(head, head, head));
    assertThat(ops.compute(new Op.Rotate(x, rotation)))
        .containsExactly(
            values(
                1, 2, 3, 4, 10, 20, 30, 40, // position 0
                -3, -2, 1, -4, -30, -20, 10, -40, // position 1
                -1, 2, -3, 4, -10, 20, -30, 40), // position 2
            within(1e-4));
  }

  @Test
  void rotationCountsPositionsOfEachTextAndMultipliesByItsFactor() {
    var rotation = new Rotation(List.of((float) Math.PI), 0.5f);
    var x = ops.hidden("x", text(values(2, 0), values(2, 0)), text(values(0, 4), values(0, 4)));
    assertThat(ops.compute(new Op.Rotate(x, rotation)))
        .containsExactly(values(1, 0, -1, 0, 0, 2, 0, -2), within(1e-6));
  }

  @Test
  void rotationRoundsTheAngleToThirtyTwoBits() {
    // 8191 · float(0.1) in 32 bits is 819.10004, in 64 bits 819.1000122.
    var rotation = new Rotation(List.of(0.1f), 1);
    assertThat(rotation.angle(8191, 0)).isEqualTo(819.10004f);
    assertThat((double) rotation.cosine(8191, 0)).isEqualTo(Math.cos(8191 * 0.1f), FLOAT);
  }

  @Test
  void headsThatShareAKeySeeTheSameValues() {
    // Queries 0 and 1 share key 0, queries 2 and 3 key 1; the scores of token 1 are q·ln 3.
    var query = ops.hidden("q", text(values(1, 0, 1, 0), values(1, 0, 1, 0)));
    var key = ops.hidden("k", text(values(0, THREE), values(THREE, 0)));
    var value = ops.hidden("v", text(values(8, 80), values(4, 40)));
    var mask = ops.tokens("mask", ids(1, 1));
    var heads = new Heads(4, 2, 1, new Sight.All());
    assertThat(ops.compute(new Op.Attention(query, key, value, mask, heads, Ops.NO_BIAS)))
        .containsExactly(values(5, 6, 70, 60, 5, 6, 70, 60), DOUBLE);
  }

  private double[] seen(Sight sight, long... mask) {
    var zeros = ops.hidden("q", text(values(0), values(0), values(0), values(0)));
    var value = ops.hidden("v", text(values(1), values(2), values(4), values(8)));
    var heads = new Heads(1, 1, 1, sight);
    return ops.compute(
        new Op.Attention(zeros, zeros, value, ops.tokens("mask", mask), heads, Ops.NO_BIAS));
  }

  @Test
  void causalAttentionSeesWhatCameBefore() {
    assertThat(seen(new Sight.Causal(), 1, 1, 1, 1))
        .containsExactly(values(1, 1.5, 7 / 3.0, 3.75), DOUBLE);
  }

  @Test
  void nearAttentionSeesBothSidesUpToItsReach() {
    assertThat(seen(new Sight.Near(1), 1, 1, 1, 1))
        .containsExactly(values(1.5, 7 / 3.0, 14 / 3.0, 6), DOUBLE);
  }

  @Test
  void causalNearAttentionSeesOneSideUpToItsReach() {
    assertThat(seen(new Sight.CausalNear(1), 1, 1, 1, 1))
        .containsExactly(values(1, 1.5, 3, 6), DOUBLE);
  }

  @Test
  void masksAndSightBothHide() {
    assertThat(seen(new Sight.Near(1), 1, 0, 1, 1)).containsExactly(values(1, 2.5, 6, 6), DOUBLE);
  }

  @Test
  void tokenThatSeesNothingSeesAllAlike() {
    assertThat(seen(new Sight.Causal(), 0, 1, 1, 1)[0]).isEqualTo(3.75, DOUBLE);
  }

  @Test
  void biasIsAddedToScoresOfItsHeadAfterTheyAreScaled() {
    // Head 0 prefers the token behind by ln 3, head 1 the one before; products are 0.
    var table = matrix("table", row(0, THREE), row(0, 0), row(THREE, 0));
    var zeros = ops.hidden("q", text(values(0, 0), values(0, 0)));
    var value = ops.hidden("v", text(values(8, 8), values(4, 4)));
    var mask = ops.tokens("mask", ids(1, 1));
    var bias = ops.put("bias", new Op.DistanceBias(mask, table));
    var heads = Ops.heads(2, 0.25);
    var of = new ScoreBias.Of(bias);
    assertThat(ops.compute(new Op.Attention(zeros, zeros, value, mask, heads, of)))
        .containsExactly(values(5, 6, 6, 7), FLOAT);
  }

  @Test
  void distancesBeyondTheReachCountAsTheOutermost() {
    // Head 0 has 1, 2, 3 for distances −1, 0, 1; head 1 ten times that.
    var table = matrix("table", row(1, 10), row(2, 20), row(3, 30));
    var tokens = ops.tokens("ids", ids(7, 7, 7), ids(8, 8, 8));
    assertThat(ops.compute(new Op.DistanceBias(tokens, table)))
        .containsExactly(2, 3, 3, 1, 2, 3, 1, 1, 2, 20, 30, 30, 10, 20, 30, 10, 10, 20);
  }

  @Test
  void positionScoresMultiplyTheTokenThatLooks() {
    // Rows 2, 0, 1 for distances −1, 0, 1.
    var scores = positionScores(Distances.Side.LOOKING);
    assertThat(scores).containsExactly(1 * 10, 1 * 20, 1 * 20, 2 * 30, 2 * 10, 2 * 20, 90, 90, 30);
  }

  @Test
  void positionScoresMultiplyTheTokenThatIsSeen() {
    var scores = positionScores(Distances.Side.SEEN);
    assertThat(scores).containsExactly(1 * 10, 2 * 20, 3 * 20, 1 * 30, 2 * 10, 3 * 20, 30, 60, 30);
  }

  private double[] positionScores(Distances.Side side) {
    var tokens = ops.hidden("x", text(values(2), values(4), values(6)));
    var rows = ops.put("rows", new Op.Parameter(matrix("table", row(10), row(20), row(30))));
    var distances = new Distances(List.of(2, 0, 1), side);
    return ops.compute(new Op.PositionScores(tokens, rows, distances, 1, 0.5));
  }

  @Test
  void positionScoresAreThoseOfEachHeadAndText() {
    var tokens = ops.hidden("x", text(values(1, 0, 0, 1)), text(values(0, 2, 3, 0)));
    var rows = ops.put("rows", new Op.Parameter(matrix("table", row(10, 20, 30, 40))));
    var distances = new Distances(List.of(0), Distances.Side.LOOKING);
    assertThat(ops.compute(new Op.PositionScores(tokens, rows, distances, 2, 1)))
        .containsExactly(10, 40, 40, 90);
  }
}
