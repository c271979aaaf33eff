package dev.embark.backend.rknn;

import static dev.embark.backend.rknn.RknnLayouts.at;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.embark.backend.Executable.Port;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A file in the NPU, for one thread at a time.
final class RknnContext implements AutoCloseable {
  private static final int FLOAT32 = 0;
  private static final int UNDEFINED = 3;
  private static final int RANK_MAX = 16;

  private final RknnLibrary library;
  private final long handle;
  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();

  private RknnContext(RknnLibrary library, long handle) {
    this.library = library;
    this.handle = handle;
  }

  /// Opens a file.
  ///
  /// @param mask one bit for each core that computes it; 0: the chip has but one
  static RknnContext open(RknnLibrary library, Path file, int mask) {
    var context = new RknnContext(library, library.init(file));
    try {
      if (mask != 0) {
        library.setCoreMask(context.handle, mask);
      }
      context.readPorts();
      return context;
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  private void readPorts() {
    try (var arena = Arena.ofConfined()) {
      var counts = arena.allocate(RknnLayouts.COUNTS);
      library.query(handle, RknnLibrary.QUERY_COUNTS, counts);
      readPorts(
          arena,
          counts.get(JAVA_INT, at(RknnLayouts.COUNTS, "n_input")),
          inputs,
          RknnLibrary.QUERY_INPUT);
      readPorts(
          arena,
          counts.get(JAVA_INT, at(RknnLayouts.COUNTS, "n_output")),
          outputs,
          RknnLibrary.QUERY_OUTPUT);
    }
  }

  private void readPorts(Arena arena, int count, List<Port> ports, int what) {
    for (int i = 0; i < count; i++) {
      var attribute = arena.allocate(RknnLayouts.ATTRIBUTE);
      attribute.set(JAVA_INT, at(RknnLayouts.ATTRIBUTE, "index"), i);
      library.query(handle, what, attribute);
      ports.add(port(attribute));
    }
  }

  private static Port port(MemorySegment attribute) {
    int rank = attribute.get(JAVA_INT, at(RknnLayouts.ATTRIBUTE, "n_dims"));
    if (rank < 1 || rank > RANK_MAX) {
      throw new Problem(
          Category.BAD_INPUT,
          "Rockchip's runtime says a value has rank " + rank + ".",
          "It is of a version whose structures Embark does not know.",
          "Install librknnrt 2.3.2 or 2.5.0.");
    }
    var sizes = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      long place = at(RknnLayouts.ATTRIBUTE, "dims") + (long) axis * Integer.BYTES;
      sizes[axis] = Integer.toUnsignedLong(attribute.get(JAVA_INT, place));
    }
    var name = attribute.getString(at(RknnLayouts.ATTRIBUTE, "name"));
    return new Port(name, ElementType.F32, Shape.of(sizes));
  }

  List<Port> inputs() {
    return List.copyOf(inputs);
  }

  List<Port> outputs() {
    return List.copyOf(outputs);
  }

  /// Returns what the runtime says of its own version.
  String version() {
    try (var arena = Arena.ofConfined()) {
      var version = arena.allocate(RknnLayouts.VERSION);
      library.query(handle, RknnLibrary.QUERY_VERSION, version);
      return version.getString(at(RknnLayouts.VERSION, "api_version"));
    }
  }

  /// Returns how much memory the weights take, in bytes.
  long weightBytes() {
    try (var arena = Arena.ofConfined()) {
      var memory = arena.allocate(RknnLayouts.MEMORY);
      library.query(handle, RknnLibrary.QUERY_MEMORY, memory);
      return Integer.toUnsignedLong(
          memory.get(JAVA_INT, at(RknnLayouts.MEMORY, "total_weight_size")));
    }
  }

  /// Computes a text; the runtime turns 32-bit floats into 16 and back.
  void run(List<MemorySegment> given, MemorySegment target) {
    try (var arena = Arena.ofConfined()) {
      var in = arena.allocate(RknnLayouts.INPUT, given.size());
      for (int i = 0; i < given.size(); i++) {
        var each = given.get(i);
        var input = in.asSlice(i * RknnLayouts.INPUT.byteSize(), RknnLayouts.INPUT);
        input.set(JAVA_INT, at(RknnLayouts.INPUT, "index"), i);
        input.set(ADDRESS, at(RknnLayouts.INPUT, "buf"), each);
        input.set(JAVA_INT, at(RknnLayouts.INPUT, "size"), Math.toIntExact(each.byteSize()));
        input.set(JAVA_INT, at(RknnLayouts.INPUT, "type"), FLOAT32);
        input.set(JAVA_INT, at(RknnLayouts.INPUT, "fmt"), UNDEFINED);
      }
      library.setInputs(handle, given.size(), in);
      library.run(handle);
      var out = arena.allocate(RknnLayouts.OUTPUT);
      out.set(JAVA_BYTE, at(RknnLayouts.OUTPUT, "want_float"), (byte) 1);
      out.set(JAVA_BYTE, at(RknnLayouts.OUTPUT, "is_prealloc"), (byte) 1);
      out.set(ADDRESS, at(RknnLayouts.OUTPUT, "buf"), target);
      out.set(JAVA_INT, at(RknnLayouts.OUTPUT, "size"), Math.toIntExact(target.byteSize()));
      library.getOutputs(handle, 1, out);
      library.releaseOutputs(handle, 1, out);
    }
  }

  @Override
  public void close() {
    library.destroy(handle);
  }
}
