package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.rules.Finding.Code;
import dev.embark.format.mlprogram.rules.Rule.Typed;
import dev.embark.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Type and shape of what an operation makes; see
/// <https://apple.github.io/coremltools/source/coremltools.converters.mil.mil.ops.defs.html>.
final class Inferences {
  private static final Set<String> GELU_MODES =
      Set.of("EXACT", "TANH_APPROXIMATION", "SIGMOID_APPROXIMATION");

  /// From this operation set on, weights may be of another type than what they are multiplied with.
  private static final int MIXED = 7;

  private Inferences() {}

  private static List<Typed> one(MilType type, Shape shape) {
    return List.of(new Typed(type, shape));
  }

  private static List<Typed> one(MilType type, List<Long> sizes) {
    return one(type, Shape.of(sizes.stream().mapToLong(Long::longValue).toArray()));
  }

  static List<Typed> likeX(Given given) {
    return one(given.operand("x").type(), given.shape("x"));
  }

  static List<Typed> pair(Given given) {
    return one(given.sameType("x", "y"), broadcast(given.shape("x"), given.shape("y")));
  }

  static List<Typed> question(Given given) {
    given.sameType("x", "y");
    return one(MilType.BOOL, broadcast(given.shape("x"), given.shape("y")));
  }

  static List<Typed> select(Given given) {
    var both = broadcast(given.shape("a"), given.shape("b"));
    return one(given.sameType("a", "b"), broadcast(given.shape("cond"), both));
  }

  private static Shape broadcast(Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    var sizes = new long[rank];
    for (int axis = 1; axis <= rank; axis++) {
      long a = axis <= left.rank() ? left.size(-axis) : 1;
      long b = axis <= right.rank() ? right.size(-axis) : 1;
      if (a != b && a != 1 && b != 1) {
        throw Refused.defect(Code.SHAPE, left + " and " + right + " do not go together");
      }
      sizes[rank - axis] = Math.max(a, b);
    }
    return Shape.of(sizes);
  }

  static List<Typed> cast(Given given) {
    var word = given.word("dtype");
    var type = Parameter.CASTABLE.stream().filter(each -> each.word().equals(word)).findFirst();
    return one(
        type.orElseThrow(() -> Refused.defect(Code.VALUE, "dtype is \"" + word + "\"")),
        given.shape("x"));
  }

  static List<Typed> gelu(Given given) {
    var mode = given.word("mode");
    given.require(GELU_MODES.contains(mode), Code.VALUE, "mode is \"" + mode + "\"");
    return likeX(given);
  }

  static List<Typed> rsqrt(Given given) {
    given.sameType("x", "epsilon");
    given.require(given.real("epsilon") >= 0, Code.NUMBER, "epsilon is less than 0");
    return likeX(given);
  }

  static List<Typed> softmax(Given given) {
    given.axis("axis", given.shape("x"));
    return likeX(given);
  }

  static List<Typed> layerNorm(Given given) {
    var x = given.shape("x");
    var axes = given.axes("axes", x);
    var sizes = Shape.of(Arrays.stream(axes).mapToLong(x::size).toArray());
    for (var parameter : List.of("gamma", "beta")) {
      given.require(
          given.shape(parameter).equals(sizes),
          Code.SHAPE,
          parameter + " is " + given.shape(parameter) + ", the axes of x are " + sizes);
    }
    given.sameType("gamma", "beta", "epsilon");
    if (given.opset() < MIXED) {
      given.sameType("x", "gamma");
    }
    given.require(given.real("epsilon") > 0, Code.NUMBER, "epsilon is not above 0");
    return likeX(given);
  }

  static List<Typed> linear(Given given) {
    var x = given.shape("x");
    var weight = given.shape("weight");
    given.require(
        x.rank() >= 1 && x.rank() <= 3, Code.SHAPE, "x is " + x + ", expected rank 1 to 3");
    given.require(
        weight.rank() == 2 && weight.size(1) == x.size(-1),
        Code.SHAPE,
        "x is " + x + " and weight is " + weight);
    given.require(
        given.shape("bias").equals(Shape.of(weight.size(0))),
        Code.SHAPE,
        "weight is " + weight + " and bias is " + given.shape("bias"));
    given.sameType("weight", "bias");
    if (given.opset() < MIXED) {
      given.sameType("x", "weight");
    }
    var sizes = x.sizes();
    sizes[sizes.length - 1] = weight.size(0);
    return one(given.operand("x").type(), Shape.of(sizes));
  }

  static List<Typed> matmul(Given given) {
    var x = given.shape("x");
    var y = given.shape("y");
    given.require(
        x.rank() >= 2 && y.rank() >= 2,
        Code.SHAPE,
        "x is " + x + " and y is " + y + ": no matrices");
    long rows = x.size(given.truth("transpose_x") ? -1 : -2);
    long inner = x.size(given.truth("transpose_x") ? -2 : -1);
    long other = y.size(given.truth("transpose_y") ? -1 : -2);
    long columns = y.size(given.truth("transpose_y") ? -2 : -1);
    given.require(
        inner == other,
        Code.SHAPE,
        "x is " + x + " and y is " + y + ": " + inner + " columns on " + other + " rows");
    var sizes = new ArrayList<Long>();
    for (long size : broadcast(outer(x), outer(y)).sizes()) {
      sizes.add(size);
    }
    sizes.add(rows);
    sizes.add(columns);
    return one(given.sameType("x", "y"), sizes);
  }

  private static Shape outer(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.sizes(), shape.rank() - 2));
  }

  static List<Typed> gather(Given given) {
    var x = given.shape("x");
    var indices = given.shape("indices");
    int axis = given.axis("axis", x);
    int shared = given.operands().containsKey("batch_dims") ? given.integer("batch_dims") : 0;
    given.require(
        shared >= 0 && shared <= axis && shared <= indices.rank(),
        Code.VALUE,
        "batch_dims is " + shared);
    var sizes = new ArrayList<Long>();
    IntStream.range(0, axis).forEach(i -> sizes.add(x.size(i)));
    IntStream.range(shared, indices.rank()).forEach(i -> sizes.add(indices.size(i)));
    IntStream.range(axis + 1, x.rank()).forEach(i -> sizes.add(x.size(i)));
    return one(given.operand("x").type(), sizes);
  }

  static List<Typed> reduce(Given given) {
    var x = given.shape("x");
    var axes = Arrays.stream(given.axes("axes", x)).boxed().toList();
    boolean isKept = given.truth("keep_dims");
    var sizes = new ArrayList<Long>();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (!axes.contains(axis)) {
        sizes.add(x.size(axis));
      } else if (isKept) {
        sizes.add(1L);
      }
    }
    return one(given.operand("x").type(), sizes);
  }

  static List<Typed> reshape(Given given) {
    var x = given.shape("x");
    var wanted = given.integers("shape");
    var sizes = new long[wanted.length];
    int open = -1;
    long count = 1;
    for (int i = 0; i < wanted.length; i++) {
      boolean isOpen = wanted[i] == -1;
      given.require(
          wanted[i] > 0 || (isOpen && open < 0), Code.VALUE, "shape is " + Arrays.toString(wanted));
      open = isOpen ? i : open;
      sizes[i] = isOpen ? 1 : wanted[i];
      count = Math.multiplyExact(count, sizes[i]);
    }
    if (open >= 0) {
      sizes[open] = x.elementCount() / count;
    }
    var shape = Shape.of(sizes);
    given.require(
        shape.elementCount() == x.elementCount(), Code.SHAPE, x + " cannot become " + shape);
    return one(given.operand("x").type(), shape);
  }

  static List<Typed> transpose(Given given) {
    var x = given.shape("x");
    var perm = given.integers("perm");
    var axes = given.axes("perm", x);
    given.require(
        axes.length == x.rank(),
        Code.VALUE,
        "perm is " + Arrays.toString(perm) + " for rank " + x.rank());
    return one(
        given.operand("x").type(),
        Shape.of(Arrays.stream(perm).mapToLong(axis -> x.size(axis)).toArray()));
  }

  static List<Typed> expandDims(Given given) {
    var x = given.shape("x");
    var axes = given.axes("axes", Shape.of(new long[x.rank() + given.integers("axes").length]));
    var added = Arrays.stream(axes).boxed().toList();
    var sizes = new ArrayList<Long>();
    for (int axis = 0, next = 0; axis < x.rank() + axes.length; axis++) {
      sizes.add(added.contains(axis) ? 1L : x.size(next++));
    }
    return one(given.operand("x").type(), sizes);
  }

  static List<Typed> squeeze(Given given) {
    var x = given.shape("x");
    var axes = new HashSet<>(Arrays.stream(given.axes("axes", x)).boxed().toList());
    var sizes = new ArrayList<Long>();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (!axes.contains(axis)) {
        sizes.add(x.size(axis));
      }
      given.require(
          !axes.contains(axis) || x.size(axis) == 1,
          Code.VALUE,
          "axis " + axis + " of " + x + " is not of size 1");
    }
    return one(given.operand("x").type(), sizes);
  }

  static List<Typed> sliceBySize(Given given) {
    var x = given.shape("x");
    var begin = given.integers("begin");
    var size = given.integers("size");
    given.require(
        begin.length == x.rank() && size.length == x.rank(),
        Code.VALUE,
        "begin and size are "
            + begin.length
            + " and "
            + size.length
            + " long for rank "
            + x.rank());
    var sizes = new long[size.length];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = size[axis] == -1 ? x.size(axis) - begin[axis] : size[axis];
      given.require(
          begin[axis] >= 0 && sizes[axis] > 0 && begin[axis] <= x.size(axis) - sizes[axis],
          Code.VALUE,
          sizes[axis] + " from " + begin[axis] + " on leave axis " + axis + " of " + x);
    }
    return one(given.operand("x").type(), Shape.of(sizes));
  }

  static List<Typed> concat(Given given) {
    var parts = given.list("values");
    var first = parts.getFirst();
    int axis = given.axis("axis", first.shape());
    given.require(!given.truth("interleave"), Code.VALUE, "interleave is true");
    var sizes = first.shape().sizes();
    sizes[axis] = 0;
    for (var part : parts) {
      given.require(
          part.type() == first.type() && part.shape().rank() == first.shape().rank(),
          Code.TYPE,
          first + " and " + part + " do not go side by side");
      for (int i = 0; i < sizes.length; i++) {
        given.require(
            i == axis || part.shape().size(i) == sizes[i],
            Code.SHAPE,
            first + " and " + part + " do not go side by side");
      }
      sizes[axis] = Math.addExact(sizes[axis], part.shape().size(axis));
    }
    return one(first.type(), Shape.of(sizes));
  }

  static List<Typed> readState(Given given) {
    return one(given.operand("input").type(), given.shape("input"));
  }

  static List<Typed> writeState(Given given) {
    given.sameType("input", "data");
    given.require(
        given.shape("input").equals(given.shape("data")),
        Code.SHAPE,
        given.shape("data") + " does not fit into a state of " + given.shape("input"));
    return List.of();
  }

  /// Codes of a byte, a scale, and the code of 0: one of each, or one for each slice of an axis.
  static List<Typed> affineDequantize(Given given) {
    var data = given.operand("quantized_data");
    int axis = given.axis("axis", data.shape());
    var slices = Shape.of(data.shape().size(axis));
    for (var parameter : List.of("scale", "zero_point")) {
      var shape = given.shape(parameter);
      given.require(
          shape.rank() == 0 || shape.equals(slices),
          Code.SHAPE,
          parameter + " is " + shape + ", axis " + axis + " of the data is " + slices);
    }
    var zero = given.operand("zero_point").type();
    given.require(
        zero == data.type() || zero == MilType.FLOAT32,
        Code.TYPE,
        "zero_point is " + zero + " for data of " + data.type());
    return one(given.operand("scale").type(), data.shape());
  }

  /// Codes, and a scale for each block of them.
  static List<Typed> blockwiseShiftScale(Given given) {
    var data = given.shape("data");
    var scale = given.shape("scale");
    boolean divides = data.rank() == scale.rank();
    for (int axis = 0; divides && axis < data.rank(); axis++) {
      divides = data.size(axis) % scale.size(axis) == 0;
    }
    given.require(divides, Code.SHAPE, "scale is " + scale + " for data of " + data);
    return one(given.operand("scale").type(), data);
  }
}
