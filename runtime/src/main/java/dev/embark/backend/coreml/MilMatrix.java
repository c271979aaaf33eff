package dev.embark.backend.coreml;

import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;

/// A constant `[rows, …]` of which some rows are read at a time: stored numbers, or bytes with one
/// scale a row (`constexpr_affine_dequantize` on axis 0).
sealed interface MilMatrix {
  int[] sizes();

  MilType type();

  /// Returns `count` rows from row `first` on: `[count, width]`.
  MilTensor rows(MilConstants constants, long first, int count);

  /// Returns the number of elements of a row.
  default int width() {
    int width = 1;
    for (int axis = 1; axis < sizes().length; axis++) {
      width *= sizes()[axis];
    }
    return width;
  }

  /// Returns all of it, which may be a scalar.
  MilTensor all(MilConstants constants);

  /// Numbers as they are.
  record Plain(MilValue value) implements MilMatrix {
    @Override
    public int[] sizes() {
      return MilConstants.sizes(value);
    }

    @Override
    public MilType type() {
      return value.type();
    }

    @Override
    public MilTensor rows(MilConstants constants, long first, int count) {
      return constants.rows(value, first, count, width());
    }

    @Override
    public MilTensor all(MilConstants constants) {
      return constants.read(value);
    }
  }

  /// `scale · (code − zero)`.
  record Bytes(MilValue codes, MilValue scales, MilValue zeros) implements MilMatrix {
    static Bytes of(MilOperation operation) {
      var axis = operand(operation, "axis").content();
      if (axis instanceof MilValue.Integers(var axes) && axes.getFirst() == 0) {
        return new Bytes(
            operand(operation, "quantized_data"),
            operand(operation, "scale"),
            operand(operation, "zero_point"));
      }
      throw MilProgram.unknown("quantised constants of another axis than 0");
    }

    private static MilValue operand(MilOperation operation, String name) {
      var value = operation.attributes().get(name);
      if (value == null) {
        throw MilProgram.unknown(operation.type() + " without " + name);
      }
      return value;
    }

    @Override
    public int[] sizes() {
      return MilConstants.sizes(codes);
    }

    @Override
    public MilType type() {
      return scales.type();
    }

    @Override
    public MilTensor rows(MilConstants constants, long first, int count) {
      int width = width();
      var numbers = constants.rows(codes, first, count, width).integers();
      var factors = some(scales, constants, first, count).reals();
      var offsets = some(zeros, constants, first, count).integers();
      var result = new float[numbers.length];
      for (int row = 0; row < count; row++) {
        float scale = factors[factors.length == 1 ? 0 : row];
        int zero = offsets[offsets.length == 1 ? 0 : row];
        for (int i = row * width; i < (row + 1) * width; i++) {
          result[i] = (numbers[i] - zero) * scale;
        }
      }
      return MilTensor.ofReals(type(), new int[] {count, width}, result);
    }

    /// Returns what belongs to some rows, or the one number that belongs to all.
    private static MilTensor some(MilValue value, MilConstants constants, long first, int count) {
      return value.shape().rank() == 0
          ? constants.rows(value, 0, 1, 1)
          : constants.rows(value, first, count, 1);
    }

    @Override
    public MilTensor all(MilConstants constants) {
      return rows(constants, 0, sizes()[0]).reshaped(sizes());
    }
  }
}
