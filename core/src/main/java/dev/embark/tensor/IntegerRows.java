package dev.embark.tensor;

import dev.embark.tensor.Encoding.Integers;
import dev.embark.tensor.Encoding.Integers.Zero;
import java.util.stream.IntStream;

/// Rows of a weight as [Integers].
public final class IntegerRows {
  private final Integers encoding;
  private final int columns;
  private final byte[] codes;
  private final float[] scales;
  private final byte[] zeros;

  private IntegerRows(Integers encoding, int columns, int rows) {
    this.encoding = encoding;
    this.columns = columns;
    this.codes = new byte[Math.multiplyExact(rows, columns)];
    this.scales = new float[rows * encoding.blocks(columns)];
    this.zeros = new byte[scales.length];
  }

  /// Encodes `count` rows from row `first` on.
  public static IntegerRows of(Weight source, Integers encoding, long first, int count) {
    int columns = source.rowLength();
    var values = new float[Math.multiplyExact(count, columns)];
    source.readRows(first, count, values, 0);
    var rows = new IntegerRows(encoding, columns, count);
    var importance = encoding.importance().toArray();
    // Rows are independent, so that the number of threads does not change the result.
    IntStream.range(0, count).parallel().forEach(row -> rows.encode(values, row, importance));
    return rows;
  }

  /// Returns the codes themselves: `[rows, columns]`.
  public byte[] codes() {
    return codes;
  }

  /// Returns the scales themselves: `[rows, blocks]`.
  public float[] scales() {
    return scales;
  }

  /// Returns the zeros themselves: `[rows, blocks]`, all 0 where the encoding fixes them.
  public byte[] zeros() {
    return zeros;
  }

  private void encode(float[] values, int row, float[] importance) {
    int blocks = encoding.blocks(columns);
    for (int block = 0; block < blocks; block++) {
      int from = block * encoding.block();
      int length = Math.min(encoding.block(), columns - from);
      var fit = new BlockFit(encoding, values, row * columns + from, length);
      fit.search(importance, from);
      scales[row * blocks + block] = fit.scale();
      zeros[row * blocks + block] = (byte) fit.zero();
      for (int i = 0; i < length; i++) {
        int at = row * columns + from + i;
        codes[at] = (byte) fit.code(values[at]);
      }
    }
  }

  /// Gives the values of a block, whose first row is the first of these.
  void decode(Block block, Cells cells) {
    for (int row = 0; row < block.rows(); row++) {
      for (int i = 0; i < block.columns(); i++) {
        cells.target()[cells.at(row, i)] = value(row, Math.toIntExact(block.column()) + i);
      }
    }
  }

  private float value(int row, int column) {
    int block = row * encoding.blocks(columns) + column / encoding.block();
    int code = codes[row * columns + column];
    return switch (encoding.zero()) {
      case FIXED -> code * scales[block];
      case FITTED -> ((code & 0xff) - (zeros[block] & 0xff)) * scales[block];
    };
  }

  /// Returns how far codes lie above those that a file of unsigned integers has.
  public int unsignedShift() {
    return encoding.zero() == Zero.FIXED ? 1 << (encoding.bits() - 1) : 0;
  }
}
