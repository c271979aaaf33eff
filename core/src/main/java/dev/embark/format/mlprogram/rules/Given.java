package dev.embark.format.mlprogram.rules;

import dev.embark.format.mlprogram.MilType;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.rules.Finding.Code;
import dev.embark.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What an operation is given, by parameter: all that its rule names, and nothing else.
record Given(int opset, Map<String, List<Operand>> operands) {
  Operand operand(String parameter) {
    return list(parameter).getFirst();
  }

  List<Operand> list(String parameter) {
    var list = operands.get(parameter);
    if (list == null) {
      throw new IllegalStateException("no rule names " + parameter);
    }
    return list;
  }

  Shape shape(String parameter) {
    return operand(parameter).shape();
  }

  /// Returns the type that all these parameters have.
  MilType sameType(String... parameters) {
    var first = operand(parameters[0]);
    for (var parameter : parameters) {
      var other = operand(parameter);
      if (other.type() != first.type()) {
        throw Refused.defect(
            Code.TYPE,
            parameters[0] + " is " + first.type() + " and " + parameter + " is " + other.type());
      }
    }
    return first.type();
  }

  int integer(String parameter) {
    return integers(parameter)[0];
  }

  int[] integers(String parameter) {
    if (value(parameter).content() instanceof MilValue.Integers(var list)) {
      return list.stream().mapToInt(Math::toIntExact).toArray();
    }
    throw Refused.unjudged(parameter + " does not stand in the program itself");
  }

  boolean truth(String parameter) {
    return value(parameter).content() instanceof MilValue.Truths(var list) && list.getFirst();
  }

  String word(String parameter) {
    return value(parameter).content() instanceof MilValue.Texts(var list) ? list.getFirst() : "";
  }

  /// Returns a scalar that stands in the program itself.
  float real(String parameter) {
    return switch (value(parameter).content()) {
      case MilValue.Reals(var list) -> list.getFirst();
      case MilValue.Raw(var bytes) ->
          Float.float16ToFloat((short) ((bytes.get(0) & 0xFF) | (bytes.get(1) << Byte.SIZE)));
      case MilValue.Integers _, MilValue.Truths _, MilValue.Texts _, MilValue.Blob _ ->
          throw Refused.unjudged(parameter + " does not stand in the program itself");
    };
  }

  private MilValue value(String parameter) {
    if (operand(parameter).origin() instanceof Operand.Origin.Stated(var value)) {
      return value;
    }
    throw Refused.unjudged(parameter + " is computed, and the shape with it");
  }

  /// Returns the axis of a tensor that a parameter names, counted from the first.
  int axis(String parameter, Shape shape) {
    return axis(integer(parameter), parameter, shape);
  }

  /// Returns the axes of a tensor that a parameter names, each once, in rising order.
  int[] axes(String parameter, Shape shape) {
    var axes =
        Arrays.stream(integers(parameter))
            .map(axis -> axis(axis, parameter, shape))
            .distinct()
            .sorted()
            .toArray();
    if (axes.length == 0 || axes.length != integers(parameter).length) {
      throw Refused.defect(
          Code.VALUE,
          parameter + " is " + Arrays.toString(integers(parameter)) + ", expected each axis once");
    }
    return axes;
  }

  private static int axis(int axis, String parameter, Shape shape) {
    if (axis < -shape.rank() || axis >= shape.rank()) {
      throw Refused.defect(
          Code.VALUE, parameter + " is " + axis + ", which " + shape + " does not have");
    }
    return Math.floorMod(axis, shape.rank());
  }

  void require(boolean holds, Code code, String otherwise) {
    if (!holds) {
      throw Refused.defect(code, otherwise);
    }
  }
}
