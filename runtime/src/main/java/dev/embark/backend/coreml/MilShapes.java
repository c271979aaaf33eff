package dev.embark.backend.coreml;

import java.util.Arrays;

/// Operations that move numbers, and those on pairs of them.
final class MilShapes {
  private MilShapes() {}

  /// Returns the step between two elements of each axis.
  private static int[] strides(int[] sizes) {
    var strides = new int[sizes.length];
    int stride = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= sizes[axis];
    }
    return strides;
  }

  /// Returns the numbers of `x` that lie at `offset` and steps of `strides`, as a tensor of
  /// `sizes`.
  private static MilTensor picked(MilTensor x, int offset, int[] strides, int[] sizes) {
    int count = 1;
    for (int size : sizes) {
      count *= size;
    }
    boolean isReal = MilTensor.isReal(x.type());
    var reals = new float[isReal ? count : 0];
    var integers = new int[isReal ? 0 : count];
    int width = sizes.length == 0 ? 1 : sizes[sizes.length - 1];
    int step = sizes.length == 0 ? 1 : strides[sizes.length - 1];
    var index = new int[sizes.length];
    int at = offset;
    for (int i = 0; i < count; i += width) {
      if (!isReal) {
        copy(x.integers(), at, step, integers, i, width);
      } else if (step == 1) {
        System.arraycopy(x.reals(), at, reals, i, width);
      } else {
        copy(x.reals(), at, step, reals, i, width);
      }
      for (int axis = sizes.length - 2; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < sizes[axis]) {
          break;
        }
        at -= strides[axis] * sizes[axis];
        index[axis] = 0;
      }
    }
    return isReal
        ? MilTensor.ofReals(x.type(), sizes, reals)
        : MilTensor.ofIntegers(x.type(), sizes, integers);
  }

  private static void copy(float[] source, int from, int step, float[] target, int to, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] = source[from + i * step];
    }
  }

  private static void copy(int[] source, int from, int step, int[] target, int to, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] = source[from + i * step];
    }
  }

  static MilTensor transpose(MilTensor x, int[] perm) {
    var from = strides(x.sizes());
    var strides = new int[perm.length];
    var sizes = new int[perm.length];
    for (int axis = 0; axis < perm.length; axis++) {
      strides[axis] = from[perm[axis]];
      sizes[axis] = x.size(perm[axis]);
    }
    return picked(x, 0, strides, sizes);
  }

  /// Returns `x` with its last two axes swapped.
  static MilTensor swapped(MilTensor x) {
    var perm = new int[x.rank()];
    for (int axis = 0; axis < perm.length; axis++) {
      perm[axis] = axis;
    }
    perm[perm.length - 1] = perm.length - 2;
    perm[perm.length - 2] = perm.length - 1;
    return transpose(x, perm);
  }

  static MilTensor slice(MilTensor x, int[] begin, int[] size) {
    var strides = strides(x.sizes());
    int offset = 0;
    for (int axis = 0; axis < begin.length; axis++) {
      offset += begin[axis] * strides[axis];
    }
    return picked(x, offset, strides, size);
  }

  static MilTensor concat(MilTensor[] parts, int givenAxis) {
    var first = parts[0];
    int axis = Math.floorMod(givenAxis, first.rank());
    var sizes = first.sizes().clone();
    int inner = 1;
    for (int i = axis + 1; i < first.rank(); i++) {
      inner *= first.size(i);
    }
    sizes[axis] = 0;
    int count = 0;
    for (var part : parts) {
      sizes[axis] += part.size(axis);
      count += part.count();
    }
    var result = new float[count];
    int at = 0;
    for (var part : parts) {
      int length = part.size(axis) * inner;
      for (int row = 0; row * length < part.count(); row++) {
        System.arraycopy(
            part.reals(), row * length, result, row * sizes[axis] * inner + at, length);
      }
      at += length;
    }
    return MilTensor.ofReals(first.type(), sizes, result);
  }

  /// Returns a function of each pair of elements; sizes of 1 stretch, and first axes may lack.
  static MilTensor combine(MilTensor x, MilTensor y, MilSteps.Pair pair) {
    int rank = Math.max(x.rank(), y.rank());
    var sizes = new int[rank];
    for (int axis = 1; axis <= rank; axis++) {
      sizes[rank - axis] = Math.max(sizeOf(x, axis), sizeOf(y, axis));
    }
    var left = stretched(x, sizes);
    var right = stretched(y, sizes);
    if (!MilTensor.isReal(x.type())) {
      var result = new int[left.count()];
      for (int i = 0; i < result.length; i++) {
        result[i] = (int) pair.of(left.integers()[i], right.integers()[i]);
      }
      return MilTensor.ofIntegers(x.type(), sizes, result);
    }
    var result = new float[left.count()];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) pair.of(left.reals()[i], right.reals()[i]);
    }
    return MilTensor.ofReals(x.type(), sizes, result);
  }

  private static int sizeOf(MilTensor x, int fromLast) {
    return fromLast <= x.rank() ? x.size(-fromLast) : 1;
  }

  private static MilTensor stretched(MilTensor x, int[] sizes) {
    if (Arrays.equals(x.sizes(), sizes)) {
      return x;
    }
    var own = strides(x.sizes());
    var strides = new int[sizes.length];
    for (int axis = 1; axis <= x.rank(); axis++) {
      strides[sizes.length - axis] = x.size(-axis) == 1 ? 0 : own[x.rank() - axis];
    }
    return picked(x, 0, strides, sizes);
  }
}
