package dev.embark.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The dimensions of a tensor, outermost first.
public record Shape(List<Dim> dims) {
  public Shape {
    dims = List.copyOf(dims);
  }

  /// Returns a shape of known sizes.
  public static Shape of(long... sizes) {
    return new Shape(Arrays.stream(sizes).<Dim>mapToObj(Dim.Fixed::new).toList());
  }

  /// Returns a shape of the given dimensions.
  public static Shape of(Dim... dims) {
    return new Shape(List.of(dims));
  }

  public int rank() {
    return dims.size();
  }

  /// Returns the dimension at `axis`; negative axes count from the end, as in NumPy.
  public Dim dim(int axis) {
    return dims.get(axis < 0 ? axis + rank() : axis);
  }

  /// Returns the known size at `axis`; negative axes count from the end.
  public long size(int axis) {
    return switch (dim(axis)) {
      case Dim.Fixed(var size) -> size;
      case Dim.Named(var name) ->
          throw new IllegalStateException("dimension " + name + " of " + this + " has no size yet");
    };
  }

  /// Returns whether every size is known.
  public boolean isFixed() {
    return dims.stream().allMatch(Dim.Fixed.class::isInstance);
  }

  /// Returns the number of elements of a fixed shape.
  ///
  /// Throws `ArithmeticException` where it does not fit into 63 bits.
  public long elementCount() {
    long count = 1;
    for (int axis = 0; axis < rank(); axis++) {
      count = Math.multiplyExact(count, size(axis));
    }
    return count;
  }

  /// Returns this shape with the last dimension replaced.
  public Shape withLast(Dim last) {
    var changed = new ArrayList<>(dims);
    changed.set(rank() - 1, last);
    return new Shape(changed);
  }

  /// Returns the sizes of a fixed shape.
  public long[] sizes() {
    var sizes = new long[rank()];
    Arrays.setAll(sizes, this::size);
    return sizes;
  }

  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
