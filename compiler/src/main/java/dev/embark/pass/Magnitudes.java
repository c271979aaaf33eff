package dev.embark.pass;

import dev.embark.tensor.Weight;

/// The largest absolute value of each column of some matrices of the same width.
final class Magnitudes {
  private static final int ROWS = 64;

  private final float[] columns;

  private Magnitudes(int width) {
    this.columns = new float[width];
  }

  static Magnitudes ofColumns(Weight... matrices) {
    var magnitudes = new Magnitudes(matrices[0].rowLength());
    for (var matrix : matrices) {
      magnitudes.add(matrix);
    }
    return magnitudes;
  }

  private void add(Weight matrix) {
    var band = new float[ROWS * columns.length];
    for (long row = 0; row < matrix.rows(); row += ROWS) {
      int count = (int) Math.min(ROWS, matrix.rows() - row);
      matrix.readRows(row, count, band, 0);
      for (int i = 0; i < count * columns.length; i++) {
        int column = i % columns.length;
        columns[column] = Math.max(columns[column], Math.abs(band[i]));
      }
    }
  }

  float of(int column) {
    return columns[column];
  }

  float largest() {
    float largest = 0;
    for (float column : columns) {
      largest = Math.max(largest, column);
    }
    return largest;
  }
}
