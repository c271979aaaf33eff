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
