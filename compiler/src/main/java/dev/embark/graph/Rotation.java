package dev.embark.graph;

import java.util.List;

/// Angles of rotary position embeddings (<https://arxiv.org/abs/2104.09864>).
///
/// The token at position `p` is turned by `p · frequencies[k]` in the plane of its values `k` and
/// `k + size / 2`. Products and sines are rounded to 32 bits, as every implementation has them: at
/// position 8,000 the angle in double precision is another one.
///
/// @param frequencies angle per position, of each plane
/// @param factor by which sines and cosines are multiplied
public record Rotation(List<Float> frequencies, float factor) {
  public Rotation {
    frequencies = List.copyOf(frequencies);
  }

  /// Returns the number of values of a head.
  public int size() {
    return 2 * frequencies.size();
  }

  float angle(int position, int plane) {
    return position * frequencies.get(plane);
  }

  /// Returns the cosine of the angle at a position in a plane, times the factor.
  public float cosine(int position, int plane) {
    return (float) Math.cos(angle(position, plane)) * factor;
  }

  /// Returns its sine, likewise.
  public float sine(int position, int plane) {
    return (float) Math.sin(angle(position, plane)) * factor;
  }

  /// Returns the cosines of all positions, each half of a head's values turned alike: `[sequence,
  /// size]`.
  public float[] cosines(int sequence) {
    return table(sequence, this::cosine);
  }

  /// Returns the sines, likewise.
  public float[] sines(int sequence) {
    return table(sequence, this::sine);
  }

  /// A function of position and plane.
  private interface Angle {
    float of(int position, int plane);
  }

  private float[] table(int sequence, Angle angle) {
    var values = new float[Math.multiplyExact(sequence, size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = angle.of(i / size(), i % (size() / 2));
    }
    return values;
  }

  @Override
  public String toString() {
    return "size " + size() + ", slowest " + frequencies.getLast() + ", factor " + factor;
  }
}
