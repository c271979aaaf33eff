package dev.embark.graph;

import java.util.Arrays;

/// A tensor while the [Interpreter] computes: sizes and row-major values in double precision;
/// integers are held exactly.
public final class Grid {
  private final long[] sizes;
  private final double[] values;

  /// Wraps `values`, which are not copied.
  public Grid(long[] sizes, double[] values) {
    long count = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    if (count != values.length) {
      throw new IllegalArgumentException(
          values.length + " values do not fill " + Arrays.toString(sizes));
    }
    this.sizes = sizes;
    this.values = values;
  }

  /// Returns the sizes themselves, not a copy.
  long[] sizes() {
    return sizes;
  }

  /// Returns the values themselves, not a copy.
  public double[] values() {
    return values;
  }

  /// Returns a grid of integers, such as token ids `[batch, sequence]`.
  public static Grid ofIntegers(long[][] rows) {
    int width = rows[0].length;
    var values = new double[rows.length * width];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < width; column++) {
        values[row * width + column] = rows[row][column];
      }
    }
    return new Grid(new long[] {rows.length, width}, values);
  }

  /// Returns the size at `axis`; negative axes count from the end.
  int size(int axis) {
    return Math.toIntExact(sizes[axis < 0 ? axis + sizes.length : axis]);
  }

  /// Returns the number of rows when everything but the last axis is flattened.
  int rows() {
    return size(-1) == 0 ? 0 : values.length / size(-1);
  }

  /// Returns the same sizes with another last one, and values to fill.
  Grid withLast(int last) {
    var changed = sizes.clone();
    changed[changed.length - 1] = last;
    return new Grid(changed, new double[rows() * last]);
  }

  /// Returns the `count` values from `first` on of each row of the flattened grid.
  Grid columns(int first, int count) {
    var part = withLast(count);
    for (int row = 0; row < rows(); row++) {
      System.arraycopy(values, row * size(-1) + first, part.values, row * count, count);
    }
    return part;
  }

  /// Returns the first `count` positions of text `text` of a grid `[batch, sequence, width]`, one
  /// after the other, rounded to floats.
  public float[] positions(int text, int count) {
    int width = size(2);
    var result = new float[count * width];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[text * size(1) * width + i];
    }
    return result;
  }

  /// Returns row `row` of the flattened grid, rounded to floats.
  public float[] row(int row) {
    int width = size(-1);
    var result = new float[width];
    for (int i = 0; i < width; i++) {
      result[i] = (float) values[row * width + i];
    }
    return result;
  }
}
