package dev.embark.pass;

import dev.embark.graph.Constant;
import dev.embark.graph.Graph;
import dev.embark.tensor.Encoding;
import dev.embark.tensor.Weight;

/// Stores matrices as 16-bit floats.
///
/// ```
/// Given:
///   %y = Linear(%x, w [n, k], b [n])
/// Result:
///   %y = Linear(%x, w fp16 [n, k], b [n])
/// ```
///
/// Products, norms, softmax, pooling and masks stay in 32 bits: processors without half arithmetic
/// would only lose digits by it, and no value inside can overflow. Vectors, such as biases and the
/// weights of norms, are a thousandth of a model and stay as they are; so does a matrix with a
/// value that a half cannot hold.
public final class CastToHalf implements Pass {
  @Override
  public void requires(Graph graph) {}

  @Override
  public Graph apply(Graph graph) {
    return graph.mapOperations(op -> op.mapMatrices(CastToHalf::half));
  }

  @Override
  public void ensures(Graph result) {
    for (var node : result.nodes()) {
      node.op()
          .mapMatrices(matrix -> {
            if (!(matrix.weight() instanceof Weight.Encoded) && isHalf(matrix)) {
              throw new IllegalStateException(matrix + " could be stored in halves");
            }
            return matrix;
          });
    }
  }

  private static Constant half(Constant matrix) {
    return matrix.weight() instanceof Weight.Encoded || !isHalf(matrix)
        ? matrix
        : matrix.encoded(new Encoding.Half());
  }

  private static boolean isHalf(Constant matrix) {
    return matrix.shape().rank() == 2
        && Magnitudes.ofColumns(matrix.weight()).largest() <= Encoding.Half.MAX;
  }
}
