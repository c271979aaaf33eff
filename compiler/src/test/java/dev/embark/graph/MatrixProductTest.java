package dev.embark.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixProductTest {
  /// Sizes on both sides of every block: 128 tokens, 16 weight rows, 4 input dimensions.
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 3, 15", "127, 4, 16", "128, 5, 17", "129, 33, 31", "300, 64, 48"})
  void blocksGiveExactlyWhatTheNaiveLoopGives(int tokens, int in, int out) {
    var random = new Random(7);
    var input = new Grid(new long[] {tokens, in}, random.doubles((long) tokens * in).toArray());
    var weight = floats(random, out * in);
    var bias = floats(random, out);
    var result = input.withLast(out);
    MatrixProduct.compute(
        result, input, new Weight.Stored(Tensor.of(Shape.of(out, in), weight)), bias);
    assertThat(result.sizes()).containsExactly(tokens, out);
    assertThat(result.values()).containsExactly(naive(input, weight, bias));
  }

  private static double[] naive(Grid input, float[] weight, float[] bias) {
    int in = input.size(-1);
    int out = bias.length;
    var result = new double[input.rows() * out];
    for (int token = 0; token < input.rows(); token++) {
      for (int row = 0; row < out; row++) {
        double sum = bias[row];
        for (int k = 0; k < in; k++) {
          sum += (double) weight[row * in + k] * input.values()[token * in + k];
        }
        result[token * out + row] = sum;
      }
    }
    return result;
  }

  private static float[] floats(Random random, int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}
