package dev.embark.embed;

import dev.embark.backend.Executable;
import dev.embark.backend.Executable.Port;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tokenize.Tokens;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one caller needs to itself: token buffer, input and output memory of a batch. Reused from
/// batch to batch, so that computing allocates nothing but the vectors.
final class Lane implements AutoCloseable {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";
  static final String OUTPUT = "sentence_embedding";

  private static final long PADDING = 0;

  private final Arena arena = Arena.ofShared();
  private final Tokens tokens = new Tokens();
  private final Executable executable;
  private final List<String> inputs;
  private final long padId;
  private final int dimension;
  private final MemorySegment ids;
  private final MemorySegment mask;
  private final MemorySegment types;
  private final MemorySegment output;

  /// Makes room for batches of `size`.
  Lane(Executable executable, long padId, int dimension, Size size) {
    this.executable = executable;
    this.inputs = executable.inputs().stream().map(Port::name).toList();
    this.padId = padId;
    this.dimension = dimension;
    long bytes = (long) size.tokens() * Long.BYTES;
    this.ids = arena.allocate(bytes, Long.BYTES);
    this.mask = arena.allocate(bytes, Long.BYTES);
    this.types = arena.allocate(bytes, Long.BYTES);
    this.output = arena.allocate((long) size.texts() * dimension * Float.BYTES, Long.BYTES);
  }

  /// The largest batch: positions, padding included, and texts.
  record Size(int tokens, int texts) {}

  /// Returns the lane's token buffer.
  Tokens tokens() {
    return tokens;
  }

  /// Computes the vectors of the texts at the indices `batch`, padded to `sequence` positions, and
  /// puts them at the same indices of `results`.
  void run(EncodedText[] texts, int[] batch, int sequence, Embedding[] results) {
    for (int row = 0; row < batch.length; row++) {
      fill(texts[batch[row]], (long) row * sequence, sequence);
    }
    var shape = Shape.of(batch.length, sequence);
    long bytes = (long) batch.length * sequence * Long.BYTES;
    Map<String, Tensor> given = HashMap.newHashMap(inputs.size());
    for (String name : inputs) {
      var memory =
          switch (name) {
            case IDS -> ids;
            case MASK -> mask;
            case TYPES -> types;
            default -> throw new IllegalStateException("input " + name + " passed the check");
          };
      given.put(name, new Tensor(ElementType.I64, shape, memory.asSlice(0, bytes)));
    }
    var vectors =
        new Tensor(
            ElementType.F32,
            Shape.of(batch.length, dimension),
            output.asSlice(0, (long) batch.length * dimension * Float.BYTES));
    executable.run(given, Map.of(OUTPUT, vectors));
    for (int row = 0; row < batch.length; row++) {
      EncodedText text = texts[batch[row]];
      results[batch[row]] = new Embedding(vector(row), text.length(), text.untruncatedLength());
    }
  }

  private void fill(EncodedText text, long start, int sequence) {
    for (int position = 0; position < sequence; position++) {
      long at = start + position;
      boolean isToken = position < text.length();
      ids.setAtIndex(ValueLayout.JAVA_LONG, at, isToken ? text.id(position) : padId);
      types.setAtIndex(ValueLayout.JAVA_LONG, at, isToken ? text.typeId(position) : 0);
      mask.setAtIndex(ValueLayout.JAVA_LONG, at, isToken ? text.mask(position) : PADDING);
    }
  }

  private float[] vector(int row) {
    var vector = new float[dimension];
    MemorySegment.copy(
        output, ValueLayout.JAVA_FLOAT, (long) row * dimension * Float.BYTES, vector, 0, dimension);
    return vector;
  }

  @Override
  public void close() {
    arena.close();
  }
}
