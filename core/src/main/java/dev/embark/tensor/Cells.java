package dev.embark.tensor;

/// Where the values of a [Block] go: the one in row `r` and column `c` to `target[offset +
/// r·rowStride + c·columnStride]`.
final class Cells {
  private final float[] target;
  private final int offset;
  private final int rowStride;
  private final int columnStride;

  Cells(float[] target, int offset, int rowStride, int columnStride) {
    this.target = target;
    this.offset = offset;
    this.rowStride = rowStride;
    this.columnStride = columnStride;
  }

  float[] target() {
    return target;
  }

  int rowStride() {
    return rowStride;
  }

  int columnStride() {
    return columnStride;
  }

  int at(int row, int column) {
    return offset + row * rowStride + column * columnStride;
  }

  Cells fromRow(int row) {
    return new Cells(target, at(row, 0), rowStride, columnStride);
  }

  Cells transposed() {
    return new Cells(target, offset, columnStride, rowStride);
  }
}
