package dev.embark.backend.table;

import dev.embark.backend.Executable;
import dev.embark.backend.TokenIds;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A table that is open.
final class TableExecutable implements Executable {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String OUTPUT = "sentence_embedding";

  /// The value of the mask where a token counts.
  private static final long COUNTED = 1;

  private static final double COUNT_MIN = 1e-9;
  private static final double LENGTH_MIN = 1e-12;

  private final Tensor table;
  private final Mean mean;
  private final Arena arena;
  private final int rows;
  private final int dimension;

  /// Takes over an arena in which a table lies, `[rows, dimension]`.
  TableExecutable(Tensor table, Mean mean, Arena arena) {
    this.table = table;
    this.mean = mean;
    this.arena = arena;
    this.rows = Math.toIntExact(table.shape().size(0));
    this.dimension = Math.toIntExact(table.shape().size(1));
  }

  @Override
  public List<Port> inputs() {
    var tokens = Shape.of(new Dim.Named("batch"), new Dim.Named("sequence"));
    return List.of(new Port(IDS, ElementType.I64, tokens), new Port(MASK, ElementType.I64, tokens));
  }

  @Override
  public List<Port> outputs() {
    return List.of(
        new Port(
            OUTPUT, ElementType.F32, Shape.of(new Dim.Named("batch"), new Dim.Fixed(dimension))));
  }

  @Override
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    var ids = inputs.get(IDS);
    var mask = inputs.get(MASK);
    var output = outputs.get(OUTPUT);
    if (ids == null || mask == null || inputs.size() != 2) {
      throw new IllegalArgumentException(
          "inputs are " + Set.of(IDS, MASK) + ", given are " + inputs.keySet());
    }
    if (output == null || outputs.size() != 1) {
      throw new IllegalArgumentException(
          "outputs are " + Set.of(OUTPUT) + ", wanted are " + outputs.keySet());
    }
    int texts = Math.toIntExact(ids.shape().size(0));
    int sequence = Math.toIntExact(ids.shape().size(1));
    new Port(IDS, ElementType.I64, Shape.of(texts, sequence)).requireFits(ids);
    new Port(MASK, ElementType.I64, Shape.of(texts, sequence)).requireFits(mask);
    new Port(OUTPUT, ElementType.F32, Shape.of(texts, dimension)).requireFits(output);
    var text = new Sum();
    for (int row = 0; row < texts; row++) {
      long first = (long) row * sequence;
      text.clear();
      for (long at = first; at < first + sequence; at++) {
        if (mask.bytes().getAtIndex(ValueLayout.JAVA_LONG, at) == COUNTED) {
          text.add(ids.bytes().getAtIndex(ValueLayout.JAVA_LONG, at));
        }
      }
      text.writeTo(output.bytes(), (long) row * dimension * Float.BYTES);
    }
  }

  /// The vectors of a text's tokens, added up in the order of the tokens and of no other text.
  private final class Sum {
    private final float[] sum = new float[dimension];
    private final float[] vector = new float[dimension];
    private int count;

    void clear() {
      Arrays.fill(sum, 0);
      count = 0;
    }

    void add(long id) {
      if (id < 0 || id >= rows) {
        throw TokenIds.beyond(id, rows);
      }
      table.read(id * dimension, vector, 0, dimension);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
      count++;
    }

    void writeTo(MemorySegment target, long offset) {
      double divisor = Math.max(count, COUNT_MIN);
      double squares = 0;
      for (int i = 0; i < sum.length; i++) {
        sum[i] = (float) (sum[i] / divisor);
        squares += (double) sum[i] * sum[i];
      }
      switch (mean) {
        case AS_IT_IS -> {}
        case LENGTH_ONE -> {
          double length = Math.max(Math.sqrt(squares), LENGTH_MIN);
          for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (sum[i] / length);
          }
        }
      }
      MemorySegment.copy(sum, 0, target, ValueLayout.JAVA_FLOAT, offset, dimension);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
