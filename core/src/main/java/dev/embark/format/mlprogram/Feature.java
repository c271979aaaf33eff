package dev.embark.format.mlprogram;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// An input, output or state as an app sees it: an `MLMultiArray`.
///
/// @param note what it is, for people
/// @param shape sizes; empty where the description gives none
public record Feature(String name, String note, Type type, List<Long> shape) {
  public Feature {
    shape = List.copyOf(shape);
  }

  /// Element types of an `MLMultiArray`, with their numbers in `ArrayFeatureType`.
  public enum Type {
    FLOAT32(65_568),
    DOUBLE(65_600),
    INT32(131_104),
    FLOAT16(65_552),
    INT8(131_080);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static Optional<Type> numbered(long number) {
      return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }
  }
}
