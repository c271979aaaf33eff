package dev.embark.target.sophon;

import dev.embark.tensor.Shape;
import java.util.Arrays;
import java.util.stream.Collectors;

/// A value of the text: `%3` of type `tensor<1x128x384xf32>`.
record TopValue(int number, Shape shape) {
  String type() {
    return type(shape);
  }

  static String type(Shape shape) {
    return Arrays.stream(shape.sizes())
        .mapToObj(size -> size + "x")
        .collect(Collectors.joining("", "tensor<", "f32>"));
  }

  @Override
  public String toString() {
    return "%" + number;
  }
}
