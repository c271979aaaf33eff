package dev.embark.tensor;

import java.util.ArrayList;
import java.util.List;

/// The values of a constant as a recipe: where they are stored and how they are rearranged.
///
/// Nothing is computed before it is read, and it is read by blocks of rows, so a weight of any size
/// costs one block of memory. All weights have a fixed shape of rank 1 or more; a *row* is
/// everything below the first axis.
public sealed interface Weight {
  /// Returns the shape of the values, all sizes known.
  Shape shape();

  /// Reads a rectangle of the weight, its rows flattened.
  void read(Block block, Cells cells);

  /// Reads `count` rows from row `first` on into `target` from `offset` on, as 32-bit floats.
  default void readRows(long first, int count, float[] target, int offset) {
    read(new Block(first, count, 0, rowLength()), new Cells(target, offset, rowLength(), 1));
  }

  /// Returns the number of rows.
  default long rows() {
    return shape().size(0);
  }

  /// Returns the number of elements of one row.
  default int rowLength() {
    return Math.toIntExact(shape().elementCount() / Math.max(1, rows()));
  }

  /// Returns the transposed weight; transposing twice gives back the original.
  default Weight transposed() {
    return this instanceof Transposed(var source) ? source : new Transposed(this);
  }

  /// Returns all values in row-major order; for small weights such as biases.
  default float[] toArray() {
    var values = new float[Math.toIntExact(shape().elementCount())];
    readRows(0, Math.toIntExact(rows()), values, 0);
    return values;
  }

  /// Values as they lie in the checkpoint.
  record Stored(Tensor tensor) implements Weight {
    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public void read(Block block, Cells cells) {
      long width = rowLength();
      if (block.columns() == width && cells.columnStride() == 1 && cells.rowStride() == width) {
        int count = Math.multiplyExact(block.rows(), block.columns());
        tensor.read(block.row() * width, cells.target(), cells.at(0, 0), count);
        return;
      }
      var piece = new float[block.columns()];
      for (int row = 0; row < block.rows(); row++) {
        long first = (block.row() + row) * width + block.column();
        tensor.read(first, piece, 0, piece.length);
        int at = cells.at(row, 0);
        for (float value : piece) {
          cells.target()[at] = value;
          at += cells.columnStride();
        }
      }
    }
  }

  /// A matrix with its axes exchanged: `[in, out]` from `[out, in]`.
  record Transposed(Weight source) implements Weight {
    public Transposed {
      if (source.shape().rank() != 2) {
        throw new IllegalArgumentException("only a matrix can be transposed: " + source.shape());
      }
    }

    @Override
    public Shape shape() {
      return Shape.of(source.shape().dim(1), source.shape().dim(0));
    }

    @Override
    public void read(Block block, Cells cells) {
      source.read(block.transposed(), cells.transposed());
    }
  }

  /// Weights stacked along the first axis; all other dimensions are equal.
  record Concatenated(List<Weight> parts) implements Weight {
    public Concatenated {
      parts = List.copyOf(parts);
      var rest = parts.getFirst().shape().dims();
      for (var part : parts) {
        var dims = part.shape().dims();
        if (!dims.subList(1, dims.size()).equals(rest.subList(1, rest.size()))) {
          throw new IllegalArgumentException(
              "cannot stack " + part.shape() + " on " + parts.getFirst().shape());
        }
      }
    }

    @Override
    public Shape shape() {
      return withRows(parts.getFirst().shape(), parts.stream().mapToLong(Weight::rows).sum());
    }

    @Override
    public void read(Block block, Cells cells) {
      long start = 0;
      for (var part : parts) {
        long from = Math.max(block.row(), start);
        long to = Math.min(block.row() + block.rows(), start + part.rows());
        if (from < to) {
          part.read(
              block.withRows(from - start, Math.toIntExact(to - from)),
              cells.fromRow(Math.toIntExact(from - block.row())));
        }
        start += part.rows();
      }
    }
  }

  /// The `count` rows from `first` on of another weight: one of several that are stored together.
  record Rows(Weight source, long first, long count) implements Weight {
    public Rows {
      if (first < 0 || count < 1 || first + count > source.rows()) {
        throw new IllegalArgumentException(
            source.shape() + " has no rows " + first + " to " + (first + count));
      }
    }

    @Override
    public Shape shape() {
      return withRows(source.shape(), count);
    }

    @Override
    public void read(Block block, Cells cells) {
      source.read(block.withRows(first + block.row(), block.rows()), cells);
    }
  }

  /// Rows of another weight in another order, some of them perhaps several times.
  record Picked(Weight source, List<Integer> numbers) implements Weight {
    public Picked {
      numbers = List.copyOf(numbers);
      for (int row : numbers) {
        if (row < 0 || row >= source.rows()) {
          throw new IllegalArgumentException(source.shape() + " has no row " + row);
        }
      }
    }

    @Override
    public Shape shape() {
      return withRows(source.shape(), numbers.size());
    }

    @Override
    public void read(Block block, Cells cells) {
      for (int row = 0; row < block.rows(); row++) {
        long from = numbers.get(Math.toIntExact(block.row()) + row);
        source.read(block.withRows(from, 1), cells.fromRow(row));
      }
    }
  }

  /// One row: the difference of two rows of another weight.
  record RowDifference(Weight source, long plus, long minus) implements Weight {
    public RowDifference {
      if (Math.min(plus, minus) < 0 || Math.max(plus, minus) >= source.rows()) {
        throw new IllegalArgumentException(
            source.shape() + " has no rows " + plus + " and " + minus);
      }
    }

    @Override
    public Shape shape() {
      return withRows(source.shape(), 1);
    }

    @Override
    public void read(Block block, Cells cells) {
      source.read(block.withRows(plus, 1), cells);
      var subtracted = new float[block.columns()];
      source.read(block.withRows(minus, 1), new Cells(subtracted, 0, subtracted.length, 1));
      for (int column = 0; column < subtracted.length; column++) {
        cells.target()[cells.at(0, column)] -= subtracted[column];
      }
    }
  }

  /// Another weight with a number added to each value.
  record Shifted(Weight source, float distance) implements Weight {
    @Override
    public Shape shape() {
      return source.shape();
    }

    @Override
    public void read(Block block, Cells cells) {
      source.read(block, cells);
      for (int row = 0; row < block.rows(); row++) {
        for (int column = 0; column < block.columns(); column++) {
          cells.target()[cells.at(row, column)] += distance;
        }
      }
    }
  }

  /// Each row of another weight times a factor of its own.
  ///
  /// @param factors `[rows]`
  record RowsScaled(Weight source, Weight factors) implements Weight {
    public RowsScaled {
      if (!factors.shape().equals(Shape.of(source.rows()))) {
        throw new IllegalArgumentException(
            factors.shape() + " factors do not fit " + source.shape());
      }
    }

    @Override
    public Shape shape() {
      return source.shape();
    }

    @Override
    public void read(Block block, Cells cells) {
      source.read(block, cells);
      var factor = new float[block.rows()];
      factors.readRows(block.row(), block.rows(), factor, 0);
      for (int row = 0; row < block.rows(); row++) {
        for (int column = 0; column < block.columns(); column++) {
          cells.target()[cells.at(row, column)] *= factor[row];
        }
      }
    }
  }

  /// Each column of a matrix times a factor of its own.
  ///
  /// @param factors `[columns]`
  record ColumnsScaled(Weight source, Weight factors) implements Weight {
    public ColumnsScaled {
      if (!factors.shape().equals(Shape.of(source.rowLength()))) {
        throw new IllegalArgumentException(
            factors.shape() + " factors do not fit " + source.shape());
      }
    }

    @Override
    public Shape shape() {
      return source.shape();
    }

    @Override
    public void read(Block block, Cells cells) {
      source.read(block, cells);
      var factor = factors.toArray();
      int first = Math.toIntExact(block.column());
      for (int row = 0; row < block.rows(); row++) {
        for (int column = 0; column < block.columns(); column++) {
          cells.target()[cells.at(row, column)] *= factor[first + column];
        }
      }
    }
  }

  /// A matrix as it is after it was stored in fewer bits: reading gives what a reader of the file
  /// gets.
  record Encoded(Weight source, Encoding encoding) implements Weight {
    public Encoded {
      if (source.shape().rank() != 2) {
        throw new IllegalArgumentException("only a matrix is encoded: " + source.shape());
      }
    }

    @Override
    public Shape shape() {
      return source.shape();
    }

    @Override
    public void read(Block block, Cells cells) {
      switch (encoding) {
        case Encoding.Half() -> {
          source.read(block, cells);
          for (int row = 0; row < block.rows(); row++) {
            for (int column = 0; column < block.columns(); column++) {
              int at = cells.at(row, column);
              cells.target()[at] = Float.float16ToFloat(Float.floatToFloat16(cells.target()[at]));
            }
          }
        }
        case Encoding.Integers integers ->
            IntegerRows.of(source, integers, block.row(), block.rows()).decode(block, cells);
      }
    }
  }

  /// One value everywhere, stored once.
  record Repeated(float value, Shape shape) implements Weight {
    @Override
    public void read(Block block, Cells cells) {
      for (int row = 0; row < block.rows(); row++) {
        for (int column = 0; column < block.columns(); column++) {
          cells.target()[cells.at(row, column)] = value;
        }
      }
    }
  }

  private static Shape withRows(Shape shape, long rows) {
    var dims = new ArrayList<>(shape.dims());
    dims.set(0, new Dim.Fixed(rows));
    return new Shape(dims);
  }
}
