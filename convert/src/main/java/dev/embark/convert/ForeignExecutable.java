package dev.embark.convert;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Executable;
import dev.embark.bundle.Output;
import dev.embark.convert.ForeignPorts.Origin;
import dev.embark.graph.Grid;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A file that others wrote, as if it were one of ours: with our inputs and outputs.
///
/// It may take 32-bit integers and position numbers, and end in the vectors of tokens.
final class ForeignExecutable implements Executable {
  private static final String POSITIONS = "position_ids";
  private static final String MASK = "attention_mask";

  private final Executable file;
  private final Map<String, Origin> origins;

  /// Takes over an open file.
  ForeignExecutable(Executable file, List<Output> outputs) {
    this.file = file;
    this.origins = new LinkedHashMap<>();
    outputs.forEach(output -> origins.put(output.port(), ForeignPorts.of(output, file)));
  }

  @Override
  public List<Port> inputs() {
    return file.inputs().stream().filter(port -> !port.name().equals(POSITIONS)).toList();
  }

  @Override
  public List<Port> outputs() {
    return origins.entrySet().stream()
        .map(origin -> new Port(origin.getKey(), ElementType.F32, origin.getValue().port().shape()))
        .toList();
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    try (var arena = Arena.ofConfined()) {
      var given = new HashMap<String, Tensor>();
      for (var port : file.inputs()) {
        var source = port.name().equals(POSITIONS) ? inputs.get(MASK) : inputs.get(port.name());
        given.put(port.name(), input(port, requireNonNull(source, port.name()), arena));
      }
      var made = new HashMap<String, Tensor>();
      var ids = requireNonNull(inputs.get(MASK), MASK).shape();
      for (var name : outputs.keySet()) {
        var port = requireNonNull(origins.get(name), name).port();
        made.put(port.name(), room(port, ids, requireNonNull(outputs.get(name)), arena));
      }
      file.run(given, made);
      outputs.forEach((name, wanted) -> {
        var origin = requireNonNull(origins.get(name), name);
        var values = floats(requireNonNull(made.get(origin.port().name())));
        put(origin, values, requireNonNull(inputs.get(MASK)), wanted);
      });
    }
  }

  /// Returns integers as a port takes them; a mask says 1 for all tokens that count, whatever we
  /// note there besides.
  private static Tensor input(Port port, Tensor source, Arena arena) {
    long count = source.shape().elementCount();
    long sequence = source.shape().size(1);
    var memory = arena.allocate(port.type().bytes(count), Long.BYTES);
    for (long i = 0; i < count; i++) {
      long value =
          switch (port.name()) {
            case MASK -> Math.min(1, source.integer(i));
            case POSITIONS -> i % sequence;
            default -> source.integer(i); // token ids and types are taken as they are
          };
      put(memory, port, i, value);
    }
    return new Tensor(port.type(), source.shape(), memory);
  }

  private static void put(MemorySegment memory, Port port, long index, long value) {
    switch (port.type()) {
      case I64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, index, value);
      case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, index, Math.toIntExact(value));
      case F64, F32, F16, BF16, I16, I8, U8, BOOL, I4, U4 ->
          throw new Problem(
              Category.UNSUPPORTED,
              port.name() + " of the file is " + port.type() + ".",
              "Token ids, masks and types are 32- or 64-bit integers.",
              "Export the model again with one of these.");
    }
  }

  /// Returns memory for what the file gives: as many values as wanted, or a vector for each token.
  private Tensor room(Port port, Shape ids, Tensor wanted, Arena arena) {
    var shape =
        port.shape().rank() == 3 && wanted.shape().rank() == 2
            ? Shape.of(ids.size(0), ids.size(1), port.shape().size(2))
            : wanted.shape();
    long bytes = port.type().bytes(shape.elementCount());
    return new Tensor(port.type(), shape, arena.allocate(bytes, Long.BYTES));
  }

  private static float[] floats(Tensor tensor) {
    var values = new float[Math.toIntExact(tensor.shape().elementCount())];
    tensor.read(0, values, 0, values.length);
    return values;
  }

  private static void put(Origin origin, float[] values, Tensor mask, Tensor wanted) {
    switch (origin) {
      case Origin.Given _ ->
          MemorySegment.copy(values, 0, wanted.bytes(), ValueLayout.JAVA_FLOAT, 0, values.length);
      case Origin.Tokens(_, var tail) -> {
        int texts = Math.toIntExact(mask.shape().size(0));
        int sequence = Math.toIntExact(mask.shape().size(1));
        double[] vectors = tail.apply(grid(mask), grid(values, texts, sequence));
        for (int i = 0; i < vectors.length; i++) {
          wanted.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) vectors[i]);
        }
      }
    }
  }

  private static Grid grid(Tensor mask) {
    var values = new double[Math.toIntExact(mask.shape().elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = mask.integer(i);
    }
    return new Grid(new long[] {mask.shape().size(0), mask.shape().size(1)}, values);
  }

  private static Grid grid(float[] values, int texts, int sequence) {
    var doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return new Grid(
        new long[] {texts, sequence, values.length / Math.max(1, texts * sequence)}, doubles);
  }

  /// Returns what is computed outside of the file, in words; empty where nothing is.
  List<String> notes() {
    var notes = new ArrayList<String>();
    origins.forEach((name, origin) -> {
      switch (origin) {
        case Origin.Given _ -> {}
        case Origin.Tokens(var port, _) ->
            notes.add(
                "The file ends in "
                    + port.name()
                    + "; pooling and what follows it is computed here, as the model asks for it.");
      }
    });
    return notes;
  }

  @Override
  public void close() {
    file.close();
  }
}
