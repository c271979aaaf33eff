package dev.embark.format.onnx;

import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tensor.Weight;

/// The values of an initializer.
public sealed interface OnnxContent {
  ElementType type();

  Shape shape();

  /// Values that lie in memory, often mapped, in the bytes they have in the file.
  record Stored(Tensor tensor) implements OnnxContent {
    @Override
    public ElementType type() {
      return tensor.type();
    }

    @Override
    public Shape shape() {
      return tensor.shape();
    }
  }

  /// Part of a matrix stored in fewer bits, made while the file is written.
  ///
  /// @param type `F16` for halves; `I8`, `U8`, `I4` or `U4` for codes and zeros, or `U8` for two of
  ///   4 bits; `F32` for scales. Codes around 0 are moved up where it is unsigned
  /// @param shape as the operator that reads it wants it, which takes as many bytes as the part has
  record Encoded(Weight.Encoded weight, Part part, Order order, ElementType type, Shape shape)
      implements OnnxContent {}

  /// What an encoding keeps of a matrix.
  enum Part {
    CODES,
    SCALES,
    ZEROS
  }

  /// In what order it lies in the file.
  enum Order {
    /// Row after row, as in the checkpoint.
    ROWS,
    /// Column after column.
    COLUMNS
  }

  /// Values that another file of the same folder holds already, and that are not written again.
  ///
  /// @param location name of that file
  /// @param offset of the first byte in it
  record Elsewhere(ElementType type, Shape shape, String location, long offset)
      implements OnnxContent {}

  /// 32-bit floats that are read block by block while the file is written.
  record Streamed(Weight weight) implements OnnxContent {
    @Override
    public ElementType type() {
      return ElementType.F32;
    }

    @Override
    public Shape shape() {
      return weight.shape();
    }
  }
}
