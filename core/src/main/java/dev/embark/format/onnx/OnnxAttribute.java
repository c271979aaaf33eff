package dev.embark.format.onnx;

import dev.embark.tensor.Tensor;
import java.util.List;

/// A named constant of a node.
public sealed interface OnnxAttribute {
  String name();

  record Int(String name, long value) implements OnnxAttribute {}

  record Real(String name, float value) implements OnnxAttribute {}

  record Text(String name, String value) implements OnnxAttribute {}

  record Ints(String name, List<Long> values) implements OnnxAttribute {
    public Ints {
      values = List.copyOf(values);
    }
  }

  record Reals(String name, List<Float> values) implements OnnxAttribute {
    public Reals {
      values = List.copyOf(values);
    }
  }

  record TensorOf(String name, Tensor value) implements OnnxAttribute {}

  /// A kind that Embark has no use for (graphs, sparse tensors, lists of texts): its name is kept,
  /// its content is not, so it cannot be written.
  record Other(String name) implements OnnxAttribute {}
}
