package dev.embark.target;

import dev.embark.graph.Activation;
import dev.embark.graph.Bias;
import dev.embark.graph.Constant;
import dev.embark.graph.Rotation;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.List;
import java.util.function.Supplier;

/// The words of a device's compiler: a few dozen operations on values of fixed sizes, of rank 4 at
/// most. Each result is called `as`, or nearly so.
public interface TrunkDialect {
  /// Returns the name of the compiler's world, for messages.
  String name();

  TrunkValue input(String as, Shape shape);

  /// Returns a constant; the same name and shape are the same constant.
  TrunkValue constant(String as, Weight weight);

  /// Returns a constant that only texts of this length have, such as the angles of their positions;
  /// likewise, so that its values are computed once and not for each layer.
  TrunkValue positional(String as, Shape shape, Supplier<float[]> values);

  /// Returns what was made for an equal key before, or makes it.
  TrunkValue once(Object key, Supplier<TrunkValue> make);

  /// Multiplies the last axis by a matrix `[out, in]`, and adds to it.
  TrunkValue linear(String as, TrunkValue x, Constant weight, Bias bias);

  /// Multiplies matrices: `[1, h, n, k]` by `[1, h, k, m]`.
  TrunkValue product(String as, TrunkValue x, TrunkValue y);

  TrunkValue layerNorm(String as, TrunkValue x, Constant weight, Bias bias, double epsilon);

  /// Divides by the root of the mean square of the last axis.
  ///
  /// @param x `[1, sequence, hidden]`, or `[1, sequence, heads, size]`
  TrunkValue rmsNorm(String as, TrunkValue x, Constant weight, double epsilon);

  TrunkValue activate(String as, TrunkValue x, Activation function);

  /// Returns the softmax over the last axis.
  TrunkValue softmax(String as, TrunkValue x);

  TrunkValue add(String as, TrunkValue left, TrunkValue right);

  TrunkValue multiply(String as, TrunkValue left, TrunkValue right);

  /// Multiplies by a number.
  TrunkValue scaled(String as, TrunkValue x, double factor);

  TrunkValue reshape(String as, TrunkValue x, long... sizes);

  /// Puts axes into another order.
  TrunkValue transpose(String as, TrunkValue x, int... order);

  /// Returns a part of the last axis.
  TrunkValue slice(String as, TrunkValue x, int first, int count);

  /// Puts values side by side on the last axis.
  TrunkValue concat(String as, List<TrunkValue> parts);

  /// Turns each head by its token's angles.
  ///
  /// @param x `[1, sequence, heads·size]`
  /// @param number of the rotation, by which its constants are called
  /// @return of the same shape, or `[1, heads, sequence, size]` where that is as good
  TrunkValue rotate(String as, TrunkValue x, Rotation rotation, int number);

  /// Returns a shape with another last size.
  static Shape withLast(Shape shape, long size) {
    var sizes = shape.sizes();
    sizes[sizes.length - 1] = size;
    return Shape.of(sizes);
  }
}
