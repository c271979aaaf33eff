package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MilPort;
import dev.embark.format.mlprogram.MilType;
import dev.embark.target.coreml.MilBlock.Truth;
import dev.embark.tensor.Shape;
import java.util.List;
import java.util.Map;

/// Small steps in MIL whose shapes follow from what goes in.
final class MilMath {
  private final MilBlock block;

  MilMath(MilBlock block) {
    this.block = block;
  }

  /// Returns the same numbers in another type.
  MilPort as(MilPort port, MilType type) {
    if (port.type() == type) {
      return port;
    }
    return block.once(
        List.of("cast", port, type),
        () -> {
          var word = type.word();
          return block.emit(
              "cast",
              port.name() + "_" + word,
              type,
              port.shape(),
              Map.of("x", port, "dtype", block.word(word)));
        });
  }

  /// Returns the type in which two operands are computed: the wider of both.
  private static MilType wider(MilPort left, MilPort right) {
    return left.type() == right.type() ? left.type() : MilType.FLOAT32;
  }

  /// Returns `add`, `mul`, `real_div`, `maximum` or `minimum` of each pair of elements.
  MilPort binary(String type, String name, MilPort left, MilPort right) {
    var wide = wider(left, right);
    return block.emit(
        type,
        name,
        wide,
        broadcast(left.shape(), right.shape()),
        Map.of("x", as(left, wide), "y", as(right, wide)));
  }

  /// Returns the same with a number on the right.
  MilPort binary(String type, String name, MilPort left, double right) {
    return binary(type, name, left, block.number(left.type(), right));
  }

  /// Returns what `equal` or `not_equal` say of each element, as numbers 0 and 1.
  MilPort compare(String type, String name, MilPort left, double right, MilType result) {
    var truth =
        block.emit(
            type,
            name + "_truth",
            MilType.BOOL,
            left.shape(),
            Map.of("x", left, "y", block.number(left.type(), right)));
    return as(truth, result);
  }

  private static Shape broadcast(Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    var sizes = new long[rank];
    for (int axis = 1; axis <= rank; axis++) {
      long a = axis <= left.rank() ? left.size(-axis) : 1;
      long b = axis <= right.rank() ? right.size(-axis) : 1;
      if (a != b && a != 1 && b != 1) {
        throw new IllegalArgumentException(left + " and " + right + " do not go together");
      }
      sizes[rank - axis] = Math.max(a, b);
    }
    return Shape.of(sizes);
  }

  MilPort unary(String type, String name, MilPort x) {
    return block.emit(type, name, x.type(), x.shape(), Map.of("x", x));
  }

  MilPort reshape(String name, MilPort x, long... sizes) {
    var shape = Shape.of(sizes);
    if (shape.equals(x.shape())) {
      return x;
    }
    return block.emit(
        "reshape", name, x.type(), shape, Map.of("x", x, "shape", block.integers(sizes)));
  }

  MilPort transpose(String name, MilPort x, long... perm) {
    var sizes = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      sizes[i] = x.shape().size((int) perm[i]);
    }
    return block.emit(
        "transpose", name, x.type(), Shape.of(sizes), Map.of("x", x, "perm", block.integers(perm)));
  }

  /// Returns `count` elements of an axis from `first` on.
  MilPort slice(String name, MilPort x, int axis, long first, long count) {
    var begin = new long[x.shape().rank()];
    var sizes = x.shape().sizes();
    begin[axis] = first;
    sizes[axis] = count;
    return block.emit(
        "slice_by_size",
        name,
        x.type(),
        Shape.of(sizes),
        Map.of("x", x, "begin", block.integers(begin), "size", block.integers(sizes)));
  }

  /// Returns parts side by side on an axis.
  MilPort concat(String name, int axis, List<MilPort> parts) {
    var sizes = parts.getFirst().shape().sizes();
    sizes[axis] = parts.stream().mapToLong(part -> part.shape().size(axis)).sum();
    return block.emit(
        "concat",
        name,
        parts.getFirst().type(),
        Shape.of(sizes),
        Map.of("values", parts, "axis", block.integer(axis), "interleave", block.truth(Truth.NO)));
  }

  /// Returns `reduce_sum`, `reduce_mean`, `reduce_max` or `reduce_l2_norm` over one axis, which
  /// stays with size 1.
  MilPort reduce(String type, String name, MilPort x, int axis) {
    var sizes = x.shape().sizes();
    sizes[Math.floorMod(axis, sizes.length)] = 1;
    return block.emit(
        type,
        name,
        x.type(),
        Shape.of(sizes),
        Map.of("x", x, "axes", block.integers(axis), "keep_dims", block.truth(Truth.YES)));
  }

  /// Returns the product of the last two axes, `y` transposed or not.
  MilPort matmul(String name, MilPort x, MilPort y, Truth transposed) {
    var sizes = x.shape().sizes();
    sizes[sizes.length - 1] = y.shape().size(transposed == Truth.YES ? -2 : -1);
    return block.emit(
        "matmul",
        name,
        x.type(),
        Shape.of(sizes),
        Map.of(
            "x",
            x,
            "y",
            y,
            "transpose_x",
            block.truth(Truth.NO),
            "transpose_y",
            block.truth(transposed)));
  }
}
