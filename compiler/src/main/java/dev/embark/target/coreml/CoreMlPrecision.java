package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MilType;

/// In what numbers a program computes, and how it stores its matrices.
///
/// Whatever comes after pooling is computed in `FLOAT32` in all of them: the squares of a vector
/// leave the range of 16 bits, and the floors 1e-9 and 1e-12 become 0 there.
public enum CoreMlPrecision {
  /// For CPU and GPU; the Neural Engine never runs it.
  FP32(MilType.FLOAT32),
  FP16(MilType.FLOAT16),
  /// Matrices and tables in 8 bits with one scale a row, everything else as in [#FP16].
  INT8_WEIGHTS(MilType.FLOAT16);

  private final MilType trunk;

  CoreMlPrecision(MilType trunk) {
    this.trunk = trunk;
  }

  /// Returns the type in which everything before pooling is computed.
  MilType trunk() {
    return trunk;
  }
}
