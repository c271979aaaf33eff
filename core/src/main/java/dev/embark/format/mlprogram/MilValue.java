package dev.embark.format.mlprogram;

import dev.embark.tensor.Shape;
import java.util.List;

/// A constant of a program.
///
/// @param shape of rank 0 for a scalar
public record MilValue(MilType type, Shape shape, Content content) {
  /// Where the elements are.
  public sealed interface Content {}

  /// `FLOAT32` elements in the message.
  public record Reals(List<Float> values) implements Content {
    public Reals {
      values = List.copyOf(values);
    }
  }

  /// `INT32`, `INT16` or `UINT16` elements in the message.
  public record Integers(List<Long> values) implements Content {
    public Integers {
      values = List.copyOf(values);
    }
  }

  /// `BOOL` elements in the message.
  public record Truths(List<Boolean> values) implements Content {
    public Truths {
      values = List.copyOf(values);
    }
  }

  /// `STRING` elements in the message.
  public record Texts(List<String> values) implements Content {
    public Texts {
      values = List.copyOf(values);
    }
  }

  /// Elements of all other types in the message: little-endian, those below a byte packed from its
  /// lowest bit on.
  public record Raw(List<Byte> bytes) implements Content {
    public Raw {
      bytes = List.copyOf(bytes);
    }
  }

  /// Elements in the weight file.
  ///
  /// @param file `@model_path/` and a path beside the message
  /// @param offset of the blob's metadata, not of its data
  public record Blob(String file, long offset) implements Content {}
}
