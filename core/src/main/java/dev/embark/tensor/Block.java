package dev.embark.tensor;

/// A rectangle of a weight seen as a matrix: `rows` from `row` on, of each `columns` values from
/// `column` on.
record Block(long row, int rows, long column, int columns) {
  Block withRows(long first, int count) {
    return new Block(first, count, column, columns);
  }

  Block transposed() {
    return new Block(column, columns, row, rows);
  }
}
