package dev.embark.embed;

import dev.embark.bundle.Output;

/// Takes the values of one output as the model gives them: those of a text, or those of its
/// positions one after the other.
///
/// What is not finite is passed on, for others to judge.
record ValueShaping(Output output) implements Shaping<float[]> {
  @Override
  public float[] result(EncodedText text, Row row) {
    return row.values(output, text.length());
  }

  @Override
  public float[][] room(int count) {
    return new float[count][];
  }

  @Override
  public void check(float[] values, long number) {}
}
