package dev.embark.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The values of a constant as a recipe: where they are stored and how they are rearranged.
///
/// Nothing is computed before it is read, and it is read by blocks of rows, so a weight of any size
/// costs one block of memory. All weights have a fixed shape of rank 1 or more; a *row* is
/// everything below the first axis.
public sealed interface Weight {
  /// Returns the shape of the values, all sizes known.
  Shape shape();

  /// Reads `count` rows from row `first` on into `target` from `offset` on, as 32-bit floats.
  void readRows(long first, int count, float[] target, int offset);

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
    public void readRows(long first, int count, float[] target, int offset) {
      tensor.read(first * rowLength(), target, offset, count * rowLength());
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
    public void readRows(long first, int count, float[] target, int offset) {
      readColumns(source, first, count, target, offset, rowLength());
    }

    /// Writes columns of `from` as rows of `target`, each `stride` elements after the one before.
    private static void readColumns(
        Weight from, long first, int count, float[] target, int offset, int stride) {
      switch (from) {
        case Stored(var tensor) -> {
          var piece = new float[count];
          long width = tensor.shape().size(1);
          for (int row = 0; row < tensor.shape().size(0); row++) {
            tensor.read(row * width + first, piece, 0, count);
            for (int i = 0; i < count; i++) {
              target[offset + i * stride + row] = piece[i];
            }
          }
        }
        case Transposed(var original) -> {
          var rows = new float[count * original.rowLength()];
          original.readRows(first, count, rows, 0);
          for (int i = 0; i < count; i++) {
            System.arraycopy(
                rows, i * original.rowLength(), target, offset + i * stride, original.rowLength());
          }
        }
        case Repeated repeated -> {
          for (int i = 0; i < count; i++) {
            int at = offset + i * stride;
            Arrays.fill(target, at, at + Math.toIntExact(repeated.rows()), repeated.value());
          }
        }
        case Concatenated(var parts) -> {
          int at = offset;
          for (var part : parts) {
            readColumns(part, first, count, target, at, stride);
            at += Math.toIntExact(part.rows());
          }
        }
      }
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
      var dims = new ArrayList<>(parts.getFirst().shape().dims());
      dims.set(0, new Dim.Fixed(parts.stream().mapToLong(Weight::rows).sum()));
      return new Shape(dims);
    }

    @Override
    public void readRows(long first, int count, float[] target, int offset) {
      long start = 0;
      for (var part : parts) {
        long from = Math.max(first, start);
        long to = Math.min(first + count, start + part.rows());
        if (from < to) {
          int at = offset + Math.toIntExact(from - first) * rowLength();
          part.readRows(from - start, Math.toIntExact(to - from), target, at);
        }
        start += part.rows();
      }
    }
  }

  /// One value everywhere, stored once.
  record Repeated(float value, Shape shape) implements Weight {
    @Override
    public void readRows(long first, int count, float[] target, int offset) {
      Arrays.fill(target, offset, offset + count * rowLength(), value);
    }
  }
}
