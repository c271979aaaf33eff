package dev.embark.embed;

import dev.embark.bundle.Output;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What the model gave for one text of a batch, in the memory of a [Lane] that uses it again for
/// the next batch.
///
/// @param row of the text in the batch
/// @param sequence positions of each row, padding included
/// @param start position of the text's first token
record Row(Lane lane, int row, int sequence, int start) {
  /// Returns the values of an output from `first` on: those of a text, or those of its positions
  /// one after the other.
  void read(Output output, long first, float[] target) {
    var width = Width.of(output);
    long from = row * width.values(sequence) + (long) start * width.perToken() + first;
    MemorySegment.copy(
        lane.values(output), ValueLayout.JAVA_FLOAT, from * Float.BYTES, target, 0, target.length);
  }

  /// Returns all values of an output for a text of `length` positions.
  float[] values(Output output, int length) {
    var values = new float[Math.toIntExact(Width.of(output).values(length))];
    read(output, 0, values);
    return values;
  }

  /// Returns one value of an output, counted as in [#read].
  float value(Output output, long index) {
    var width = Width.of(output);
    return lane.values(output)
        .getAtIndex(
            ValueLayout.JAVA_FLOAT,
            row * width.values(sequence) + (long) start * width.perToken() + index);
  }
}
