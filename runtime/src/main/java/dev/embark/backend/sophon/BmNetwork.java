package dev.embark.backend.sophon;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A network of a file, as a `bm_net_info_t` describes it.
record BmNetwork(String name, List<Place> inputs, List<Place> outputs) {
  private static final int INFO_BYTES = 144;
  private static final int STAGE_BYTES = 32;
  static final int SHAPE_BYTES = 36;
  private static final int FLOAT32 = 0;

  BmNetwork {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /// An input or output.
  ///
  /// @param bytes that it takes at most
  record Place(String name, Shape shape, long bytes) {}

  /// Arguments of a launch.
  record Places(MemorySegment pointers, MemorySegment shapes, int count) {}

  /// Reads a description; throws a `Problem` of category `UNSUPPORTED` for networks that are not of
  /// one fixed shape and 32-bit floats at their border.
  static BmNetwork of(String name, MemorySegment address) {
    var info = sized(address, INFO_BYTES);
    int stages = info.get(JAVA_INT, 72);
    if (info.get(JAVA_INT, 8) % 256 != 0 || stages != 1) {
      throw unsupported(name, "it has " + stages + " stages, or changing shapes");
    }
    var stage = sized(info.get(ADDRESS, 80), STAGE_BYTES);
    return new BmNetwork(
        name,
        places(name, info, new Offsets(12, 16, 24, 88), stage.get(ADDRESS, 0)),
        places(name, info, new Offsets(40, 48, 56, 96), stage.get(ADDRESS, 8)));
  }

  /// Where a description has the count, names, types and sizes of its inputs, or of its outputs.
  private record Offsets(long count, long names, long types, long bytes) {}

  private static List<Place> places(
      String network, MemorySegment info, Offsets offsets, MemorySegment shapes) {
    int count = info.get(JAVA_INT, offsets.count());
    var names = texts(info.get(ADDRESS, offsets.names()), count);
    var types = sized(info.get(ADDRESS, offsets.types()), (long) count * Integer.BYTES);
    var bytes = sized(info.get(ADDRESS, offsets.bytes()), (long) count * Long.BYTES);
    var sizes = sized(shapes, (long) count * SHAPE_BYTES);
    var places = new ArrayList<Place>();
    for (int i = 0; i < count; i++) {
      if (types.getAtIndex(JAVA_INT, i) != FLOAT32) {
        throw unsupported(network, names.get(i) + " is not of 32-bit floats");
      }
      places.add(new Place(names.get(i), shape(sizes, i), bytes.getAtIndex(JAVA_LONG, i)));
    }
    return places;
  }

  private static Problem unsupported(String network, String why) {
    return new Problem(
        Category.UNSUPPORTED,
        "The network " + network + " is of a kind that Embark does not run: " + why + ".",
        "",
        "Convert the model with Embark.");
  }

  /// Returns the `bm_shape_t` at an index.
  static Shape shape(MemorySegment shapes, int index) {
    long at = (long) index * SHAPE_BYTES;
    var sizes = new long[shapes.get(JAVA_INT, at)];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = shapes.get(JAVA_INT, at + Integer.BYTES * (axis + 1L));
    }
    return Shape.of(sizes);
  }

  /// Writes a `bm_shape_t` to an index.
  static void put(Shape shape, MemorySegment shapes, int index) {
    long at = (long) index * SHAPE_BYTES;
    shapes.set(JAVA_INT, at, shape.rank());
    for (int axis = 0; axis < shape.rank(); axis++) {
      shapes.set(JAVA_INT, at + Integer.BYTES * (axis + 1L), Math.toIntExact(shape.size(axis)));
    }
  }

  @SuppressWarnings("restricted") // The runtime says how many there are.
  static MemorySegment sized(MemorySegment address, long bytes) {
    return address.reinterpret(bytes);
  }

  /// Returns the texts of a `char**`.
  static List<String> texts(MemorySegment address, int count) {
    var pointers = sized(address, (long) count * Long.BYTES);
    var texts = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      texts.add(sized(pointers.getAtIndex(ADDRESS, i), Long.MAX_VALUE).getString(0));
    }
    return texts;
  }
}
